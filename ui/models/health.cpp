#include "ui/models/health.h"

#include <utility>

namespace varka::ui {

mesh::Health podHealth(const mesh::PodView& pod, mesh::Health traffic) {
  using mesh::Health;
  static const std::pair<const char*, Health> kStates[] = {
      {"crashed", Health::Crashed},     {"restarting", Health::Crashed}, {"stopped", Health::Stopped},
      {"terminating", Health::Stopped}, {"starting", Health::Starting},  {"waiting", Health::Starting},
      {"notready", Health::Failing}};
  for (const auto& [state, health] : kStates)
    if (pod.state == state) return health;
  if (pod.state == "ready" && (traffic == Health::Unknown || traffic == Health::Starting)) return Health::Healthy;
  return traffic;
}

QString podStateText(const mesh::PodView& pod) {
  auto text = pod.state == "notready" ? QStringLiteral("not ready") : QString::fromStdString(pod.state);
  if (!pod.reason.empty()) text += QStringLiteral(" · ") + QString::fromStdString(pod.reason);
  return text;
}

std::string workloadNodeId(const std::string& ns, const std::string& workload) {
  return "workload:" + ns + "/" + workload;
}

}  // namespace varka::ui
