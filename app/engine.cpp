#include "app/engine.h"

#include <charconv>
#include <cstdlib>

#include "core/api/control_server.h"

namespace varka::app {
namespace {

Result<std::unique_ptr<QObject>> controlSocket(mesh::Mesh& mesh) {
  auto server = std::make_unique<api::ControlServer>(mesh);
  if (auto listening = server->listen(api::controlSocketPath(mesh.runtimeDirectory())); !listening) return fail(listening.error());
  return std::unique_ptr<QObject>(std::move(server));
}

}  // namespace

std::vector<Option> withMeshOptions(std::vector<Option> own) {
  const Option shared[] = {
      {"capture", 0, "MODE", "how traffic is captured: namespace or env; default: the best that works ($VARKA_CAPTURE)"},
      {"ingress-port", 0, "PORT", "host port of the ingress; default: 8080 or the next free one"},
  };
  own.insert(own.end(), std::begin(shared), std::end(shared));
  return own;
}

mesh::MeshOptions meshOptions(const Invocation& invocation) {
  mesh::MeshOptions options;
  options.project = invocation.positional().empty() ? invocation.value("project") : invocation.positional(0);
  const char* capture = std::getenv("VARKA_CAPTURE");
  options.captureMode = invocation.value("capture", capture ? capture : "");
  const auto port = invocation.value("ingress-port", "0");
  std::from_chars(port.data(), port.data() + port.size(), options.ingressPort);
  options.companion = controlSocket;
  return options;
}

}  // namespace varka::app
