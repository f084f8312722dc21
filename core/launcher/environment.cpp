#include "core/launcher/environment.h"

#include <unistd.h>

#include <QByteArray>
#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <set>

namespace varka::launcher {
namespace {

using resource::Value;

std::string variableName(const std::string& service) {
  std::string out;
  for (const char c : service)
    out += c == '-' || c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

void addServices(const PodSpec& pod, const std::vector<ServiceSpec>& services, const ServiceAddress& address,
                 Environment& out) {
  for (const auto& service : services) {
    if (service.ns != pod.ns || service.ports.empty()) continue;
    const std::string name = variableName(service.name);
    for (std::size_t i = 0; i < service.ports.size(); ++i) {
      const auto& port = service.ports[i];
      const auto [host, number] = address(service, port);
      if (i == 0) out.set(name + "_SERVICE_HOST", host);
      if (i == 0) out.set(name + "_SERVICE_PORT", std::to_string(number));
      if (!port.name.empty())
        out.set(name + "_SERVICE_PORT_" + variableName(port.name), std::to_string(number));
    }
  }
}

std::string fieldValue(const std::string& path, const PodSpec& pod, const PodIdentity& identity) {
  if (path == "metadata.name") return identity.name;
  if (path == "metadata.namespace") return pod.ns;
  if (path == "status.podIP" || path == "status.podIPs" || path == "status.hostIP") return identity.ip;
  if (path == "spec.serviceAccountName") return pod.serviceAccount;
  if (path == "spec.nodeName") return "varka";
  const auto pick = [&](const char* prefix, const resource::Labels& map) -> std::string {
    const std::string head = std::string(prefix) + "['";
    if (path.rfind(head, 0) != 0) return {};
    const auto found = map.find(path.substr(head.size(), path.size() - head.size() - 2));
    return found == map.end() ? std::string() : found->second;
  };
  return path.rfind("metadata.labels", 0) == 0 ? pick("metadata.labels", pod.labels)
                                               : pick("metadata.annotations", pod.annotations);
}

struct Lookup {
  const PodSpec& pod;
  const PodIdentity& identity;
  const std::vector<resource::ObjectPtr>& configs;

  Result<std::string> fromKey(const Value& reference, const char* kind) const {
    const std::string name = reference["name"].text(), key = reference["key"].text();
    const auto object = findConfig(configs, kind, pod.ns, name);
    if (!object) {
      if (reference["optional"].asBool()) return std::string();
      return fail(std::string(kind) + " " + pod.ns + "/" + name + " not found, which its environment needs");
    }
    const auto data = configData(*object);
    const auto found = data.find(key);
    if (found != data.end()) return found->second;
    if (reference["optional"].asBool()) return std::string();
    return fail(std::string(kind) + " " + pod.ns + "/" + name + " has no key '" + key + "'");
  }

  Result<std::string> value(const EnvSpec& env, bool& secret) const {
    if (env.from.has("secretKeyRef")) {
      secret = true;
      return fromKey(env.from["secretKeyRef"], "Secret");
    }
    if (env.from.has("configMapKeyRef")) return fromKey(env.from["configMapKeyRef"], "ConfigMap");
    if (env.from.has("fieldRef")) return fieldValue(env.from["fieldRef"]["fieldPath"].text(), pod, identity);
    if (env.from.has("resourceFieldRef")) return std::string("0");  // no limits here
    return env.value;
  }

  Result<> whole(const Value& source, Environment& out) const {
    const bool secret = source.has("secretRef");
    const Value& reference = secret ? source["secretRef"] : source["configMapRef"];
    const char* kind = secret ? "Secret" : "ConfigMap";
    const auto object = findConfig(configs, kind, pod.ns, reference["name"].text());
    if (!object) {
      if (reference["optional"].asBool()) return {};
      return fail(std::string(kind) + " " + pod.ns + "/" + reference["name"].text() + " not found (envFrom)");
    }
    for (const auto& [key, value] : configData(*object)) {
      out.set(source["prefix"].text() + key, value);
      if (secret) out.secret.push_back(source["prefix"].text() + key);
    }
    return {};
  }
};

// $(NAME) of earlier variables, $$ is a dollar; unknown names stay as they are.
std::string expandReferences(const std::string& text, const Environment& known) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "$$") == 0) {
      out += '$';
      ++i;
      continue;
    }
    const auto end = text.compare(i, 2, "$(") == 0 ? text.find(')', i) : std::string::npos;
    const std::string name = end == std::string::npos ? std::string() : text.substr(i + 2, end - i - 2);
    const bool defined = std::any_of(known.variables.begin(), known.variables.end(),
                                     [&](const auto& variable) { return variable.first == name; });
    if (!defined || name.empty()) {
      out += text[i];
      continue;
    }
    out += known.get(name);
    i = end;
  }
  return out;
}

}  // namespace

void Environment::set(const std::string& name, const std::string& value) {
  const auto found =
      std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return v.first == name; });
  if (found != variables.end()) {
    found->second = value;
  } else {
    variables.emplace_back(name, value);
  }
}

std::string Environment::get(const std::string& name) const {
  const auto found =
      std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return v.first == name; });
  return found == variables.end() ? std::string() : found->second;
}

std::vector<std::pair<std::string, std::string>> Environment::masked() const {
  auto out = variables;
  for (auto& [name, value] : out)
    if (std::find(secret.begin(), secret.end(), name) != secret.end()) value = "••••••";
  return out;
}

resource::ObjectPtr findConfig(const std::vector<resource::ObjectPtr>& configs, const std::string& kind,
                               const std::string& ns, const std::string& name) {
  for (const auto& object : configs)
    if (object->kind == kind && object->ns == ns && object->name == name) return object;
  return nullptr;
}

std::map<std::string, std::string> configData(const resource::Object& object) {
  std::map<std::string, std::string> out;
  const bool secret = object.kind == "Secret";
  for (const auto& entry : object.root["data"].entries()) {
    const std::string text = entry.value.text();
    out[entry.key] = secret ? QByteArray::fromBase64(QByteArray::fromStdString(text)).toStdString() : text;
  }
  for (const auto& entry : object.root["binaryData"].entries())
    out[entry.key] = QByteArray::fromBase64(QByteArray::fromStdString(entry.value.text())).toStdString();
  for (const auto& entry : object.root["stringData"].entries()) out[entry.key] = entry.value.text();
  return out;
}

Result<Environment> serviceEnvironment(const PodSpec& pod, const ContainerSpec& container,
                                       const PodIdentity& identity, const std::vector<ServiceSpec>& services,
                                       const std::vector<resource::ObjectPtr>& configs,
                                       const ServiceAddress& address) {
  Environment out;
  addServices(pod, services, address, out);
  out.set("HOSTNAME", identity.name);
  out.set("POD_NAME", identity.name);
  out.set("POD_NAMESPACE", pod.ns);
  out.set("POD_IP", identity.ip);
  out.set("SERVICE_ACCOUNT", pod.serviceAccount);
  for (const auto& [name, value] : container.imageEnv) out.set(name, value);
  const Lookup lookup{pod, identity, configs};
  for (const auto& source : container.envFrom.items())
    if (const auto done = lookup.whole(source, out); !done) return fail(done.error());
  for (const auto& env : container.env) {
    bool secret = false;
    const auto value = lookup.value(env, secret);
    if (!value) return fail(value.error());
    out.set(env.name, env.from.isNull() ? expandReferences(*value, out) : *value);
    if (secret) out.secret.push_back(env.name);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> inheritedEnvironment() {
  static const std::set<std::string> kLeadAround = {"http_proxy", "https_proxy", "all_proxy",
                                                    "no_proxy",   "HTTP_PROXY",  "HTTPS_PROXY",
                                                    "ALL_PROXY",  "NO_PROXY",    "NOTIFY_SOCKET"};
  std::vector<std::pair<std::string, std::string>> out;
  for (char** entry = environ; entry && *entry; ++entry) {
    const char* equals = std::strchr(*entry, '=');
    if (!equals) continue;
    std::string name(*entry, static_cast<std::size_t>(equals - *entry));
    if (kLeadAround.count(name) == 0) out.emplace_back(std::move(name), equals + 1);
  }
  return out;
}

}  // namespace varka::launcher
