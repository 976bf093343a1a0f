// In the place of @smithy/core/event-streams: no call to EC2 has any.
module.exports = {};
