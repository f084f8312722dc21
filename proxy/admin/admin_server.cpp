#include "proxy/admin/admin_server.h"

#include <sys/socket.h>

#include "proxy/http/h1_write.h"
#include "proxy/net/socket.h"

namespace varka::proxy {
namespace {

constexpr std::size_t kMostClients = 64;

bool isLocalHost(std::string_view authority) {
  if (authority.empty()) return true;  // HTTP/1.0
  std::string_view host = authority.substr(
      0, authority.rfind(':') == std::string_view::npos || authority.ends_with(']') ? authority.size()
                                                                                    : authority.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") return true;
  const auto address = Address::fromIp(host, 0);
  return address && address->isLoopback();
}

/// A page of another origin in a browser may reach loopback, too; it must not get anything from us.
bool isForeign(const RequestHead& head, bool unixSocket) {
  if (!unixSocket && !isLocalHost(head.authority)) return true;
  const auto site = head.get("sec-fetch-site");
  if (!site.empty() && site != "none" && site != "same-origin") return true;
  const auto origin = head.get("origin");
  if (origin.empty()) return false;
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos || !isLocalHost(origin.substr(scheme + 3));
}

}  // namespace

class AdminServer::Client final : public ConnectionEvents,
                                  public H1Events,
                                  public std::enable_shared_from_this<Client> {
 public:
  Client(AdminServer& server, UniqueFd fd, bool unixSocket)
      : server_(server),
        unixSocket_(unixSocket),
        connection_(std::make_unique<Connection>(server.loop_, std::move(fd), nullptr)) {}

  void start() {
    parser_.beginRequest(head_);
    connection_->start(*this);
  }

  void onData(std::string_view data) override {
    if (busy_) {
      close();  // no pipelining here
      return;
    }
    parser_.feed(data, *this);
    if (parser_.problem()) respond({parser_.problem().status, "text/plain", "bad request\n"}, true);
  }
  void onEnd() override { close(); }
  void onClosed(CloseReason, std::string_view) override { close(); }
  void onHead() override {}
  void onBody(std::string_view piece) override {
    bodyBytes_ += piece.size();
    if (bodyBytes_ > 64 * 1024) respond({413, "text/plain", "too large\n"}, true);
  }
  void onMessageEnd() override {
    if (closed_ || busy_) return;
    busy_ = true;
    if (isForeign(head_, unixSocket_)) {
      respond({403, "text/plain", "refused: this is not a local request\n"}, true);
      return;
    }
    serveAdmin(server_.source_, parseAdminTarget(head_.method, head_.path),
               [weak = weak_from_this()](AdminResponse response) {
                 if (const auto self = weak.lock())
                   self->respond(std::move(response), !self->head_.keepAlive);
               });
  }

 private:
  void respond(AdminResponse response, bool last) {
    if (closed_) return;
    ResponseHead head;
    head.status = response.status;
    head.add("content-type", response.contentType);
    head.add("cache-control", "no-cache, max-age=0");
    head.add("x-content-type-options", "nosniff");
    head.add("server", "varka");
    head.add("content-length", std::to_string(response.body.size()));
    std::string& out = connection_->output();
    appendResponseHead(head, last, head_.protocol, out);
    if (head_.method != "HEAD") out.append(response.body);
    connection_->touched();
    if (last) {
      closed_ = true;
      Connection::closeAfterFlush(std::move(connection_), true);
      server_.gone(*this);
      return;
    }
    busy_ = false;
    bodyBytes_ = 0;
    head_.clear();
    parser_.beginRequest(head_);
  }

  void close() {
    if (closed_) return;
    closed_ = true;
    connection_->close();
    server_.loop_.deferDelete(std::move(connection_));
    server_.gone(*this);
  }

  AdminServer& server_;
  bool unixSocket_;
  std::unique_ptr<Connection> connection_;
  H1Parser parser_;
  RequestHead head_;
  std::size_t bodyBytes_ = 0;
  bool busy_ = false, closed_ = false;
};

AdminServer::~AdminServer() {
  if (fd_) loop_.remove(fd_.get(), this);
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<void> AdminServer::listen(const Address& address) {
  if (address.isIp() && !address.isLoopback())
    return fail("the admin endpoint must be on a loopback address or a unix socket, not on " +
                address.text());
  auto fd = listenOn(address);
  if (!fd) return tl::unexpected(fd.error().in("admin endpoint"));
  fd_ = std::move(*fd);
  if (address.isUnix()) path_ = address.text();
  loop_.add(fd_.get(), true, false, this);
  return {};
}

void AdminServer::onIo(IoEvents) {
  UniqueFd accepted(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted || clients_.size() >= kMostClients) return;
  auto client = std::make_shared<Client>(*this, std::move(accepted), !path_.empty());
  Client* const raw = client.get();
  clients_.emplace(raw, std::move(client));
  raw->start();
}

namespace {
class Keep final : public Deferred {
 public:
  explicit Keep(std::shared_ptr<void> held) : held_(std::move(held)) {}

 private:
  std::shared_ptr<void> held_;
};
}  // namespace

void AdminServer::gone(Client& client) {
  const auto found = clients_.find(&client);
  if (found == clients_.end()) return;
  loop_.deferDelete(std::make_unique<Keep>(std::move(found->second)));
  clients_.erase(found);
}

}  // namespace varka::proxy
