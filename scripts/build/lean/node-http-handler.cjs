// In the place of @smithy/node-http-handler: every client of EC2 is given src/eni/sdk-handler.ts.
module.exports = { NodeHttpHandler: { create: (handler) => handler } };
