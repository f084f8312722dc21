#pragma once
// AdminServer: Envoy's admin endpoint: one table of paths. Loopback or a unix socket (0600) only; nothing
// changes on GET; a browser's foreign pages are refused. Main loop.

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/xds/bootstrap.h"
#include "proxy/http/h1_parser.h"
#include "proxy/net/connection.h"
#include "proxy/server/options.h"
#include "proxy/server/worker.h"
#include "proxy/stats/stats.h"
#include "proxy/xds/config_builder.h"

namespace varka::proxy {

/// What the pages are made of; the Proxy answers.
class AdminSource {
 public:
  [[nodiscard]] virtual bool live() const = 0;
  [[nodiscard]] virtual const Stats& stats() const = 0;
  [[nodiscard]] virtual const ConfigBuilder& builder() const = 0;
  [[nodiscard]] virtual const xds::Node& node() const = 0;
  [[nodiscard]] virtual const Options& options() const = 0;
  [[nodiscard]] virtual std::int64_t uptimeSeconds() const = 0;
  [[nodiscard]] virtual bool draining() const = 0;
  /// Gathered from the workers, summed; called back on the main loop.
  virtual void clusterViews(std::function<void(std::vector<ClusterView>)> done) = 0;
  virtual void listenerViews(std::function<void(std::vector<std::pair<std::string, std::string>>)> done) = 0;
  virtual void setHealthy(bool healthy) = 0;
  virtual void quit() = 0;

 protected:
  ~AdminSource() = default;
};

struct AdminResponse {
  int status = 200;
  std::string contentType = "text/plain; charset=UTF-8";
  std::string body;
};
struct AdminRequest {
  std::string method, path;                  // without the query
  std::map<std::string, std::string> query;  // decoded
};
using AdminRespond = std::function<void(AdminResponse)>;

/// The pages: finds the handler, or answers 404/405. Without sockets, for tests.
void serveAdmin(AdminSource& source, const AdminRequest& request, const AdminRespond& respond);
AdminRequest parseAdminTarget(std::string_view method, std::string_view target);

class AdminServer final : public IoHandler {
 public:
  AdminServer(EventLoop& loop, AdminSource& source) : loop_(loop), source_(source) {}
  ~AdminServer();
  /// A unix socket's path or a loopback IP:PORT.
  Result<void> listen(const Address& address);
  [[nodiscard]] Address address() const { return Address::localOf(fd_.get()); }
  void onIo(IoEvents events) override;

 private:
  class Client;
  void gone(Client& client);
  EventLoop& loop_;
  AdminSource& source_;
  UniqueFd fd_;
  std::string path_;
  std::unordered_map<Client*, std::shared_ptr<Client>> clients_;
};

}  // namespace varka::proxy
