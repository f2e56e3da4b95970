#include "controller/mcp/client/client.hpp"

#include <nlohmann/json.hpp>

#include "controller/mcp/client/listen_limits.hpp"
#include "controller/mcp/client/negotiation.hpp"
#include "controller/mcp/client/server_info.hpp"
#include "controller/mcp/client/tool_listing.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::mcp {

namespace {

// Whether what was known of a server's era may be wrong.
bool doubts_era(const Status& failure) {
  return failure.code() == Code::Invalid || failure.code() == Code::NotFound ||
         failure.code() == Code::Decode;
}

}  // namespace

StatusOr<Client> Client::make(const Options& options) {
  StatusOr<std::unique_ptr<Endpoint>> endpoint = Endpoint::make(options);
  if (!endpoint.ok()) return endpoint.status();
  return Client(*std::move(endpoint));
}

StatusOr<Session> Client::connect(const Context& ctx) {
  if (!legacy_version_.empty()) {
    StatusOr<Session> session = initialize(ctx, legacy_version_);
    if (session.ok() || !doubts_era(session.status())) return session;
  }
  return discover(ctx);
}

StatusOr<Session> Client::initialize(const Context& ctx, const std::string& version) {
  StatusOr<Session> session = Session::initialize(ctx, *endpoint_, version);
  legacy_version_ = session.ok() ? session->server().protocol_version : std::string();
  return session;
}

// Asks in a modern version first: a legacy server says that it does not understand.
StatusOr<Session> Client::discover(const Context& ctx) {
  Protocol protocol{.version = std::string(kModernVersions.front()), .modern = true, .session_id = {}};
  constexpr int kMostTries = 2;
  for (int i = 0; i < kMostTries; ++i) {
    const StatusOr<Answer> answer = endpoint_->request(ctx, protocol, "server/discover", Json::object());
    const StatusOr<Negotiated> next =
        answer.ok() ? negotiate(*answer) : StatusOr<Negotiated>(answer.status());
    if (!next.ok()) return next.status().with_context("server/discover");
    if (next->way == Negotiated::Way::Initialize) return initialize(ctx, next->version);
    if (next->way == Negotiated::Way::Modern)
      return Session::modern(*endpoint_, discovered_server(*answer->message->result, next->version,
                                                           endpoint_->options().limits.text));
    protocol.version = next->version;
  }
  return Status(Code::Invalid, "server/discover: the server refuses the version " + protocol.version +
                                   ", which it lists as one of its own");
}

StatusOr<Offer> Client::read(const Context& ctx) {
  const Context bounded = ctx.with_timeout(endpoint_->options().limits.total);
  StatusOr<Offer> offer = read_once(bounded);
  return offer.status().code() == Code::Expired ? read_once(bounded) : offer;
}

StatusOr<Subscription> Client::subscribe(const Context& ctx) {
  StatusOr<Session> session = connect(ctx);
  if (!session.ok()) return session.status();
  StatusOr<Subscription> subscription =
      session->server().tools_list_changed
          ? session->subscription(ctx)
          : Status(Code::NotFound, "the server does not say that it tells of changes of its tools")
                .with_reason(kNotOffered);
  if (!subscription.ok()) session->close(ctx);
  return subscription;
}

StatusOr<Offer> Client::read_once(const Context& ctx) {
  StatusOr<Session> session = connect(ctx);
  if (!session.ok()) return session.status();
  StatusOr<ToolList> list = list_tools(ctx, *session, endpoint_->options().limits);
  session->close(ctx);
  if (!list.ok()) return list.status();
  return Offer{session->server(), *std::move(list)};
}

}  // namespace toolhive::mcp
