#pragma once
// The control socket of the command line: `control.sock` (0600) in the runtime directory. JSON lines; a request is
// {"id":1,"method":"status","params":{…}}, answered by {"id":1,"result":…} or {"id":1,"error":{"message":…}}, with any number
// of {"id":1,"item":…} before it for streams. Closing the connection ends its streams. Lives on the mesh thread.

#include <QLocalServer>
#include <QObject>
#include <memory>
#include <string>

#include "core/base/result.h"

namespace varka::mesh {
class Mesh;
}

namespace varka::api {

class ControlServer : public QObject {
  Q_OBJECT
 public:
  explicit ControlServer(mesh::Mesh& mesh, QObject* parent = nullptr);
  ~ControlServer() override;

  /// Listens on `path`. Callers of another user are refused.
  Result<> listen(const std::string& path);

 private:
  void accept();

  mesh::Mesh& mesh_;
  QLocalServer server_;
};

/// Where the control socket of a runtime directory is.
std::string controlSocketPath(const std::string& runtimeDirectory);

}  // namespace varka::api
