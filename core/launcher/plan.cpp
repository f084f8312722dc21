#include "core/launcher/plan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "core/resource/yaml.h"

namespace varka::launcher {
namespace {

using resource::ObjectPtr;
using resource::Value;

std::uint64_t fnv(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash ^ (hash >> 29);
}

// Kubernetes' alphabet for generated names: no vowels, no look-alikes.
std::string safeWord(std::uint64_t number, int length) {
  static constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string word;
  for (int i = 0; i < length; ++i, number /= kLetters.size()) word += kLetters[number % kLetters.size()];
  return word;
}

std::vector<ProbeSpec> readProbe(const Value& value) {
  if (!value.isMap()) return {};
  ProbeSpec probe;
  const Value* port = &value["tcpSocket"]["port"];
  if (value.has("httpGet")) {
    probe.kind = ProbeSpec::Kind::Http;
    probe.path = value["httpGet"].has("path") ? value["httpGet"]["path"].text() : "/";
    port = &value["httpGet"]["port"];
    for (const auto& header : value["httpGet"]["httpHeaders"].items())
      probe.headers.emplace_back(header["name"].text(), header["value"].text());
  } else if (value.has("exec")) {
    probe.kind = ProbeSpec::Kind::Exec;
    for (const auto& word : value["exec"]["command"].items()) probe.command.push_back(word.text());
  } else if (value.has("grpc")) {
    port = &value["grpc"]["port"];  // that the port accepts is all we ask of gRPC
  }
  probe.port = static_cast<int>(port->asInt());
  if (probe.port == 0) probe.portName = port->text();
  const auto seconds = [&](const char* key, int fallback) {
    return std::max(0, static_cast<int>(value[key].asInt(fallback)));
  };
  probe.initialDelaySeconds = seconds("initialDelaySeconds", 0);
  probe.periodSeconds = std::max(1, seconds("periodSeconds", 10));
  probe.timeoutSeconds = std::max(1, seconds("timeoutSeconds", 1));
  probe.successThreshold = std::max(1, seconds("successThreshold", 1));
  probe.failureThreshold = std::max(1, seconds("failureThreshold", 3));
  return {probe};
}

std::vector<std::string> words(const Value& list) {
  std::vector<std::string> out;
  for (const auto& word : list.items()) out.push_back(word.text());
  return out;
}

// A manifest's `command:` names a program of the image. It is run when this machine has it under that
// absolute path
// (["/bin/sleep", "infinity"]) or when no stand-in exists; otherwise the stand-in's command is.
bool manifestCommandRuns(const std::vector<std::string>& command,
                         const std::optional<ImageProgram>& program) {
  if (command.empty()) return false;
  if (!program) return true;
  if (program->keepCommand) return false;
  return command.front().front() == '/' && access(command.front().c_str(), X_OK) == 0;
}

void resolveCommand(const Value& value, const ImageCatalogue& images, ContainerSpec& container,
                    std::string& error) {
  const auto program = container.image.empty() ? std::nullopt : images.find(container.image);
  auto command = words(value["command"]);
  const auto args = words(value["args"]);
  std::erase(command, "");
  if (program) {
    for (const auto& [name, text] : program->env) container.imageEnv.emplace_back(name, text);
    container.workingDir = program->workingDir;
  }
  if (manifestCommandRuns(command, program)) {
    container.command = command;
  } else if (program) {
    container.command = program->command;
  } else {
    error = container.image.empty() ? "container " + container.name + " has no command"
                                    : missingImageText(container.image);
    return;
  }
  container.command.insert(container.command.end(), args.begin(), args.end());
  for (auto& word : container.command) word = images.expand(word);
  if (container.command.empty()) error = "container " + container.name + " has no command";
}

ContainerSpec readContainer(const Value& value, const ImageCatalogue& images, const LauncherOptions& options,
                            std::string& error) {
  ContainerSpec container;
  container.name = value["name"].text();
  container.image = value["image"].text();
  resolveCommand(value, images, container, error);
  const std::string wanted = images.expand(value["workingDir"].text());
  struct stat info {};
  if (!wanted.empty()) {
    const std::string absolute = wanted.front() == '/' ? wanted : options.projectDirectory + "/" + wanted;
    if (stat(absolute.c_str(), &info) == 0 || container.image.empty()) container.workingDir = absolute;
  }
  if (container.workingDir.empty()) container.workingDir = options.projectDirectory;
  for (const auto& port : value["ports"].items())
    container.ports.push_back({port["name"].text(), static_cast<int>(port["containerPort"].asInt()),
                               port.has("protocol") ? port["protocol"].text() : "TCP"});
  for (const auto& env : value["env"].items())
    container.env.push_back({env["name"].text(), images.expand(env["value"].text()), env["valueFrom"]});
  container.envFrom = value["envFrom"];
  container.readiness = readProbe(value["readinessProbe"]);
  container.liveness = readProbe(value["livenessProbe"]);
  container.startup = readProbe(value["startupProbe"]);
  for (const auto& mount : value["volumeMounts"].items())
    container.mounts.emplace_back(mount["name"].text(), mount["mountPath"].text());
  return container;
}

bool namespaceInjects(const Desired& desired, const std::string& ns) {
  for (const auto& object : desired.namespaces) {
    if (object->name != ns) continue;
    const auto label = object->labels.find("istio-injection");
    return label == object->labels.end() || label->second != "disabled";
  }
  return true;
}

std::string labelOrAnnotation(const PodSpec& pod, const std::string& key) {
  if (const auto found = pod.labels.find(key); found != pod.labels.end()) return found->second;
  const auto found = pod.annotations.find(key);
  return found == pod.annotations.end() ? std::string() : found->second;
}

bool isGateway(const PodSpec& pod, const Value& spec) {
  if (labelOrAnnotation(pod, "inject.istio.io/templates") == "gateway") return true;
  const std::string image = spec["containers"][std::size_t{0}]["image"].text();
  return image == "auto" || imageMatches("istio/proxyv2*", image) || imageMatches("proxyv2:*", image);
}

std::vector<std::string> splitList(const std::string& text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text + ",") {
    if (c != ',' && c != ' ' && c != '[' && c != ']' && c != '"') {
      word += c;
    } else if (!word.empty()) {
      out.push_back(std::exchange(word, {}));
    }
  }
  return out;
}

// What a pod is made of: its template and, because the image catalogue can change, the commands it resolved
// to.
std::string templateHash(const Value& metadata, const Value& spec,
                         const std::vector<ContainerSpec>& containers) {
  Value identity = Value::map();
  identity.set("metadata", metadata).set("spec", spec);
  std::string text = resource::toJson(identity);
  for (const auto& container : containers) {
    for (const auto& word : container.command) text += word + '\0';
    for (const auto& [name, value] : container.imageEnv) text += name + '=' + value + '\0';
  }
  return safeWord(fnv(text), 9);
}

PodSpec readPod(const resource::Object& owner, const Value& metadata, const Value& spec,
                const Desired& desired, const ImageCatalogue& images, const LauncherOptions& options) {
  PodSpec pod;
  pod.ns = owner.ns;
  pod.workload = owner.name;
  pod.origin = owner.origin;
  pod.labels = resource::labelsOf(metadata["labels"]);
  pod.annotations = resource::labelsOf(metadata["annotations"]);
  if (spec.has("serviceAccountName")) pod.serviceAccount = spec["serviceAccountName"].text();
  if (spec.has("restartPolicy")) pod.restartPolicy = spec["restartPolicy"].text();
  pod.graceSeconds = static_cast<int>(spec["terminationGracePeriodSeconds"].asInt(options.graceSeconds));
  pod.volumes = spec["volumes"];
  pod.gateway = isGateway(pod, spec);
  const std::string inject = labelOrAnnotation(pod, "sidecar.istio.io/inject");
  pod.sidecar = pod.gateway || (inject.empty() ? namespaceInjects(desired, pod.ns) : inject != "false");
  auto depends = labelOrAnnotation(pod, "varka.dev/depends-on");
  if (const auto own = owner.annotations.find("varka.dev/depends-on");
      depends.empty() && own != owner.annotations.end())
    depends = own->second;
  pod.dependsOn = splitList(depends);
  pod.templateHash = templateHash(metadata, spec, {});
  if (pod.gateway) return pod;
  for (const auto& container : spec["containers"].items())
    pod.containers.push_back(readContainer(container, images, options, pod.error));
  if (pod.containers.empty()) pod.error = "it has no containers";
  pod.templateHash = templateHash(metadata, spec, pod.containers);
  return pod;
}

}  // namespace

std::string ProbeSpec::text() const {
  const std::string where = ":" + (port ? std::to_string(port) : portName);
  if (kind == Kind::Http) return "GET " + where + path;
  if (kind == Kind::Tcp) return "tcp " + where;
  return "exec " + (command.empty() ? std::string() : command.front());
}

std::vector<WorkloadSpec> planWorkloads(const Desired& desired, const ImageCatalogue& images,
                                        const LauncherOptions& options) {
  std::vector<WorkloadSpec> out;
  for (const auto& object : desired.workloads) {
    WorkloadSpec workload;
    if (object->kind == "Pod") {
      workload.pod = readPod(*object, object->root["metadata"], object->spec(), desired, images, options);
      workload.pod.fixedName = object->name;
    } else {
      const Value& tmpl = object->spec()["template"];
      workload.pod = readPod(*object, tmpl["metadata"], tmpl["spec"], desired, images, options);
      workload.replicas = std::max(0, static_cast<int>(object->spec()["replicas"].asInt(1)));
    }
    out.push_back(std::move(workload));
  }
  return out;
}

std::string podName(const PodSpec& spec, int ordinal) {
  if (!spec.fixedName.empty()) return spec.fixedName;
  const std::string stem = spec.workload + "-" + spec.templateHash;
  return stem + "-" + safeWord(fnv(spec.ns + "/" + stem + "#" + std::to_string(ordinal)), 5);
}

std::vector<ServiceSpec> planServices(const Desired& desired) {
  std::vector<ServiceSpec> out;
  for (const auto& object : desired.services) {
    ServiceSpec service{
        object->ns, object->name, object->spec()["clusterIP"].text(), object->spec()["selector"], {}};
    for (const auto& value : object->spec()["ports"].items()) {
      ServicePort port;
      port.name = value["name"].text();
      port.port = static_cast<int>(value["port"].asInt());
      if (value.has("protocol")) port.protocol = value["protocol"].text();
      port.target = static_cast<int>(value["targetPort"].asInt());
      if (port.target == 0) port.targetName = value["targetPort"].text();
      if (port.target == 0 && port.targetName.empty()) port.target = port.port;
      service.ports.push_back(port);
    }
    out.push_back(std::move(service));
  }
  return out;
}

int targetPort(const ServicePort& port, const std::vector<ContainerPort>& declared) {
  if (port.target != 0) return port.target;
  const auto found = std::find_if(declared.begin(), declared.end(), [&](const ContainerPort& candidate) {
    return candidate.name == port.targetName;
  });
  return found == declared.end() ? 0 : found->port;
}

Desired desiredFrom(const resource::Snapshot& snapshot) {
  Desired desired;
  for (const auto& [key, object] : snapshot.objects) {
    if (key.group == "apps" && (key.kind == "Deployment" || key.kind == "StatefulSet"))
      desired.workloads.push_back(object);
    if (!key.group.empty()) continue;
    if (key.kind == "Pod") desired.workloads.push_back(object);
    if (key.kind == "Service") desired.services.push_back(object);
    if (key.kind == "ConfigMap" || key.kind == "Secret") desired.configs.push_back(object);
    if (key.kind == "Namespace") desired.namespaces.push_back(object);
  }
  return desired;
}

}  // namespace varka::launcher
