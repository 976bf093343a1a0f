// node:https as the SDK uses it. The SDK makes an agent for every client; what it takes to encrypt is
// loaded by the first request that is encrypted.
class Agent {
  constructor(options) {
    this.options = options;
  }

  destroy() {
    this.real?.destroy();
  }
}

module.exports = {
  Agent,
  request({ agent, ...options }, ...rest) {
    // Not by `require`: the bundle takes that of this module to this very file.
    const https = process.getBuiltinModule('node:https');
    if (agent instanceof Agent) agent.real ??= new https.Agent(agent.options);
    return https.request({ ...options, agent: agent?.real ?? agent }, ...rest);
  },
};
