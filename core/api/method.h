#pragma once
// One method of the control socket: a name and a handler; and Call, one request being answered. Mesh thread only.

#include <QObject>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace varka::mesh {
class Mesh;
}

namespace varka::api {

/// A request until its answer. Handlers that answer later keep the shared pointer and connect with `context()`, which dies
/// with the connection; exactly one of answer() and fail() counts, later ones are ignored.
class Call {
 public:
  using Write = std::function<void(const std::string& line)>;

  Call(mesh::Mesh& mesh, std::int64_t id, const nlohmann::json& params, QObject* connection, Write write);
  ~Call();

  [[nodiscard]] mesh::Mesh& mesh() const { return mesh_; }
  [[nodiscard]] const nlohmann::json& params() const { return *params_; }
  [[nodiscard]] QObject* context() const { return context_; }
  /// Parameters with their defaults; a wrong type gives the default.
  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback = {}) const;
  [[nodiscard]] double number(std::string_view name, double fallback) const;
  [[nodiscard]] bool flag(std::string_view name) const;

  void item(const nlohmann::json& value);
  void answer(const nlohmann::json& result);
  void fail(std::string_view message);

 private:
  mesh::Mesh& mesh_;
  std::int64_t id_;
  std::unique_ptr<nlohmann::json> params_;
  QObject* context_;  // child of the connection
  Write write_;
  bool done_ = false;
};
using CallPtr = std::shared_ptr<Call>;

struct Method {
  const char* name;
  const char* summary;
  void (*handle)(const CallPtr& call);
};

/// All methods; the tables of one subject live in methods_*.cpp.
const std::vector<Method>& methods();
const std::vector<Method>& meshMethods();
const std::vector<Method>& resourceMethods();
const std::vector<Method>& processMethods();
const std::vector<Method>& trafficMethods();

}  // namespace varka::api
