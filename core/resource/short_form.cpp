#include "core/resource/short_form.h"

#include <algorithm>
#include <optional>

#include "core/resource/suggest.h"
#include "core/resource/yaml.h"

namespace varka::resource {
namespace {

using Kind = Value::Kind;

/// Keys of one mapping of varka.yaml.
using Keys = std::vector<std::string>;
const Keys kTop = {"apiVersion", "kind", "metadata", "services", "include", "images", "mesh"};
const Keys kMetadata = {"name", "namespace", "labels", "annotations"};
const Keys kCommon = {"command",   "env",         "image",     "replicas", "workingDir",
                      "labels",    "annotations", "readiness", "liveness", "serviceAccount",
                      "dependsOn", "sidecar",     "grace"};
const Keys kServiceOnly = {"port", "ports", "versions", "namespace"};
const Keys kPort = {"port", "targetPort", "name", "protocol", "appProtocol"};
const Keys kProbe = {"http", "tcp", "exec", "period", "timeout", "initialDelay", "failures", "successes"};
const Keys kProbeHttp = {"path", "port", "scheme", "headers"};
const Keys kImage = {"command", "env", "workingDir"};
const Keys kMesh = {"ingress", "capture", "telemetry", "certificates", "config", "load"};

Value marked(Value value, const Mark& mark) {
  value.setMark(mark);
  return value;
}

/// "500ms", "2s", "1.5s", "1m", or a number of seconds.
std::optional<double> seconds(const Value& value) {
  if (value.isNumber()) return value.asDouble();
  const std::string& text = value.asString();
  const auto unitAt = text.find_first_not_of("0123456789.");
  if (unitAt == std::string::npos || unitAt == 0) return std::nullopt;
  const std::string unit = text.substr(unitAt);
  const double factor = unit == "ms" ? 0.001 : unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  if (factor == 0) return std::nullopt;
  return Value(text.substr(0, unitAt)).asDouble(-1) * factor;
}

Value number(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? Value(whole) : Value(value);
}

class Expander {
 public:
  Expander(const Value& document, const std::shared_ptr<const std::string>& file) : file_(file) {
    out_.settings = document["mesh"];
    check(document, kTop, "varka.yaml");
    check(document["metadata"], kMetadata, "metadata");
    check(document["mesh"], kMesh, "mesh");
    if (document["apiVersion"].asString() != "varka.dev/v1") {
      problem(document["apiVersion"], document, "apiVersion of a Mesh is varka.dev/v1");
    }
    out_.name = document["metadata"]["name"].asString();
    if (!document["metadata"]["namespace"].isNull()) out_.ns = document["metadata"]["namespace"].text();
    include(document["include"]);
    images(document["images"]);
    meshConfig(document["mesh"]["config"]);
    expect(document["services"], Kind::Map, "services");
    for (const auto& entry : document["services"].entries()) service(entry);
  }

  ShortForm take() { return std::move(out_); }

 private:
  void problem(const Mark& mark, std::string message) {
    out_.problems.push_back({Origin{file_, mark}, std::move(message)});
  }
  void problem(const Value& at, const Value& otherwise, std::string message) {
    problem(at.mark().line > 0 ? at.mark() : otherwise.mark(), std::move(message));
  }

  bool expect(const Value& value, Kind kind, const std::string& what) {
    if (value.isNull() || value.kind() == kind) return !value.isNull();
    static const std::map<Kind, std::string> kNames = {{Kind::Map, "a mapping"},
                                                       {Kind::List, "a list"},
                                                       {Kind::String, "a string"},
                                                       {Kind::Int, "a whole number"},
                                                       {Kind::Bool, "true or false"}};
    problem(value.mark(), what + " must be " + kNames.at(kind));
    return false;
  }

  /// A mapping with known keys only.
  bool check(const Value& map, const Keys& known, const std::string& what) {
    if (!expect(map, Kind::Map, what)) return false;
    for (const auto& entry : map.entries()) {
      if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
      problem(entry.keyMark, "unknown key \"" + entry.key + "\" in " + what + didYouMean(entry.key, known));
    }
    return true;
  }

  void include(const Value& list) {
    if (!expect(list, Kind::List, "include")) return;
    for (const auto& item : list.items()) {
      if (item.isString()) {
        out_.include.emplace_back(item.mark(), item.asString());
      } else {
        problem(item.mark(), "include lists file patterns such as istio/*.yaml");
      }
    }
  }

  void images(const Value& map) {
    if (!expect(map, Kind::Map, "images")) return;
    for (const auto& [pattern, mark, value] : map.entries()) {
      const std::string what = "images." + pattern;
      Value entry = value;
      if (value.isList() || value.isString())
        entry = marked(Value::map().set("command", value), value.mark());
      if (!check(entry, kImage, what)) continue;
      ImageEntry image;
      image.pattern = pattern;
      image.command = words(command(entry["command"], what));
      if (image.command.empty()) problem(mark, what + " needs a command to run instead of the image");
      for (const auto& [name, text] : environment(entry["env"], what)) image.env[name] = text.text();
      image.workingDir = entry["workingDir"].text();
      out_.images.push_back(std::move(image));
    }
  }

  static std::vector<std::string> words(const Value& list) {
    std::vector<std::string> result;
    for (const auto& item : list.items()) result.push_back(item.text());
    return result;
  }

  /// A list of words, or one line for the shell.
  Value command(const Value& value, const std::string& what) {
    if (value.isNull()) return {};
    if (value.isString()) {
      return marked(Value(Value::List{"/bin/sh", "-c", value}), value.mark());
    }
    if (!expect(value, Kind::List, what + ".command")) return {};
    Value result = marked(Value::list(), value.mark());
    for (const auto& item : value.items()) {
      if (item.isMap() || item.isList() || item.isNull())
        problem(item.mark(), what + ".command must list strings");
      result.append(marked(Value(item.text()), item.mark()));
    }
    return result;
  }

  std::vector<std::pair<std::string, Value>> environment(const Value& env, const std::string& what) {
    std::vector<std::pair<std::string, Value>> result;
    if (env.isList()) {  // Kubernetes' form
      for (const auto& item : env.items()) {
        if (!item["name"].isString()) problem(item.mark(), what + ".env items need a name and a value");
        result.emplace_back(item["name"].asString(), item["value"]);
      }
      return result;
    }
    if (!expect(env, Kind::Map, what + ".env")) return result;
    for (const auto& entry : env.entries()) {
      if (entry.value.isMap() || entry.value.isList()) {
        problem(entry.value.mark(), what + ".env." + entry.key + " must be a string");
      }
      result.emplace_back(entry.key, marked(Value(entry.value.text()), entry.value.mark()));
    }
    return result;
  }

  /// mesh.config is Istio's MeshConfig; the control plane reads it where Istio keeps it.
  void meshConfig(const Value& config) {
    if (!expect(config, Kind::Map, "mesh.config")) return;
    Object object = start("v1", "ConfigMap", "istio", config.mark());
    object.ns = "istio-system";
    object.root.mutableAt("metadata").set("namespace", object.ns);
    object.root.set("data", marked(Value::map().set("mesh", marked(Value(toYaml(config)), config.mark())),
                                   config.mark()));
    out_.objects.push_back(std::move(object));
  }

  Object start(const char* apiVersion, const char* kind, const std::string& name, const Mark& mark) {
    Object object;
    object.apiVersion = apiVersion;
    object.kind = kind;
    object.name = name;
    object.ns = ns_.empty() ? out_.ns : ns_;
    object.origin = Origin{file_, mark};
    object.root = marked(Value::map(), mark);
    object.root.set("apiVersion", marked(Value(apiVersion), mark)).set("kind", marked(Value(kind), mark));
    Value metadata = marked(Value::map(), mark);
    metadata.set("name", marked(Value(name), mark)).set("namespace", marked(Value(object.ns), mark));
    object.root.set("metadata", std::move(metadata));
    return object;
  }

  static void setLabels(Object& object, const char* field, const Value& labels) {
    if (labels.size() == 0) return;
    object.root.mutableAt("metadata").set(field, labels);
    (std::string_view(field) == "labels" ? object.labels : object.annotations) = labelsOf(labels);
  }

  void service(const Value::Entry& entry) {
    const auto& [name, mark, value] = entry;
    const std::string what = "services." + name;
    Keys known = kCommon;
    known.insert(known.end(), kServiceOnly.begin(), kServiceOnly.end());
    if (!check(value, known, what)) {
      if (value.isNull()) problem(mark, what + " needs a command or versions");
      return;
    }
    ns_ = value["namespace"].asString();
    const Value ports = portList(value, what);
    if (ports.size() > 0) out_.objects.push_back(serviceObject(name, mark, ports));
    if (!value["versions"].isNull()) {
      if (!value["command"].isNull() && value["versions"].size() == 0)
        problem(value["versions"].mark(), what + ".versions is empty");
      if (expect(value["versions"], Kind::Map, what + ".versions")) {
        for (const auto& version : value["versions"].entries()) {
          const std::string versionWhat = what + ".versions." + version.key;
          if (!version.value.isNull()) check(version.value, kCommon, versionWhat);
          deployment(name, version.key, version.keyMark, value, version.value, ports, versionWhat);
        }
      }
    } else {
      deployment(name, "v1", mark, value, {}, ports, what);
    }
    ns_.clear();
  }

  Value portList(const Value& service, const std::string& what) {
    const bool plural = service.has("ports");
    if (plural && service.has("port"))
      problem(service["ports"].mark(), what + " has both port and ports; keep one");
    const Value& written = plural ? service["ports"] : service["port"];
    Value list = marked(Value::list(), written.mark());
    if (written.isNull()) return list;
    const Value::List single{written};
    for (const auto& item : written.isList() ? written.items() : single) {
      if (auto port = onePort(item, what + ".port", list.size())) list.append(std::move(*port));
    }
    return list;
  }

  std::optional<Value> onePort(const Value& item, const std::string& what, std::size_t index) {
    const Value& numberOf = item.isMap() ? item["port"] : item;
    if (item.isMap()) check(item, kPort, what);
    if (numberOf.kind() != Kind::Int || numberOf.asInt() < 1 || numberOf.asInt() > 65535) {
      problem(numberOf, item, what + " must be a port number from 1 to 65535");
      return std::nullopt;
    }
    const std::string fallback = index == 0 ? "http" : "http-" + numberOf.text();
    Value port = marked(Value::map(), item.mark());
    const std::string& protocol = item["protocol"].asString();
    const bool transport = protocol == "TCP" || protocol == "UDP" || protocol == "SCTP";
    std::string name = fallback;
    if (!protocol.empty() && !transport) name = protocol + (index == 0 ? "" : "-" + numberOf.text());
    port.set("name", item["name"].isNull() ? marked(Value(name), item.mark()) : item["name"]);
    port.set("port", numberOf);
    port.set("targetPort", item["targetPort"].isNull() ? numberOf : item["targetPort"]);
    if (transport) port.set("protocol", item["protocol"]);
    if (!item["appProtocol"].isNull()) {
      port.set("appProtocol", item["appProtocol"]);
    } else if (!protocol.empty() && !transport) {
      port.set("appProtocol", item["protocol"]);
    }
    return port;
  }

  Object serviceObject(const std::string& name, const Mark& mark, const Value& ports) {
    Object object = start("v1", "Service", name, mark);
    setLabels(object, "labels", marked(Value::map().set("app", name).set("service", name), mark));
    Value spec = marked(Value::map(), mark);
    spec.set("ports", ports).set("selector", marked(Value::map().set("app", name), mark));
    object.root.set("spec", std::move(spec));
    return object;
  }

  void serviceAccount(const std::string& name, const Mark& mark) {
    Object object = start("v1", "ServiceAccount", name, mark);
    const auto same = [&](const Object& other) { return other.key() == object.key(); };
    if (std::none_of(out_.objects.begin(), out_.objects.end(), same))
      out_.objects.push_back(std::move(object));
  }

  void deployment(const std::string& app, const std::string& version, const Mark& mark, const Value& service,
                  const Value& own, const Value& ports, const std::string& what) {
    const auto field = [&](const char* key) -> const Value& {
      return own.has(key) ? own[key] : service[key];
    };
    const std::string account = field("serviceAccount").isNull() ? app : field("serviceAccount").text();
    serviceAccount(account, field("serviceAccount").isNull() ? mark : field("serviceAccount").mark());

    Value labels = marked(Value::map().set("app", app).set("version", version), mark);
    Object object = start("apps/v1", "Deployment", app + "-" + version, mark);
    setLabels(object, "labels", labels);
    Value podLabels = labels;
    for (const auto* source : {&service, &own}) {
      for (const auto& entry : (*source)["labels"].entries())
        podLabels.set(entry.key, marked(Value(entry.value.text()), entry.value.mark()));
    }
    if (field("sidecar").isBool()) podLabels.set("sidecar.istio.io/inject", field("sidecar").text());

    Value metadata = marked(Value::map().set("labels", podLabels), mark);
    const Value annotations = podAnnotations(service, own, what, mark);
    if (annotations.size() > 0) metadata.set("annotations", annotations);
    Value podSpec = marked(Value::map().set("serviceAccountName", account), mark);
    if (const auto grace = seconds(field("grace")))
      podSpec.set("terminationGracePeriodSeconds", number(*grace));
    podSpec.set("containers",
                marked(Value::list().append(container(app, mark, service, own, ports, what)), mark));

    Value pod = marked(Value::map(), mark);
    pod.set("metadata", std::move(metadata)).set("spec", std::move(podSpec));
    Value spec = marked(Value::map(), mark);
    if (expect(field("replicas"), Kind::Int, what + ".replicas")) {
      if (field("replicas").asInt() < 0 || field("replicas").asInt() > 1000)
        problem(field("replicas").mark(), what + ".replicas must be 0 to 1000");
      spec.set("replicas", field("replicas"));
    } else {
      spec.set("replicas", marked(Value(1), mark));
    }
    spec.set("selector", marked(Value::map().set("matchLabels", labels), mark))
        .set("template", std::move(pod));
    object.root.set("spec", std::move(spec));
    out_.objects.push_back(std::move(object));
  }

  Value podAnnotations(const Value& service, const Value& own, const std::string& what, const Mark& mark) {
    Value annotations = marked(Value::map(), mark);
    for (const auto* source : {&service, &own}) {
      for (const auto& entry : (*source)["annotations"].entries())
        annotations.set(entry.key, marked(Value(entry.value.text()), entry.value.mark()));
    }
    const Value& depends = own.has("dependsOn") ? own["dependsOn"] : service["dependsOn"];
    if (expect(depends, Kind::List, what + ".dependsOn") && depends.size() > 0) {
      std::string names;
      for (const auto& item : depends.items()) {
        names += (names.empty() ? "" : ",") + item.text();
        out_.dependencies.emplace_back(item.mark(), item.text());
      }
      annotations.set("varka.dev/depends-on", marked(Value(names), depends.mark()));
    }
    const Value& directory = own.has("workingDir") ? own["workingDir"] : service["workingDir"];
    if (expect(directory, Kind::String, what + ".workingDir"))
      annotations.set("varka.dev/working-dir", directory);
    return annotations;
  }

  Value container(const std::string& app, const Mark& mark, const Value& service, const Value& own,
                  const Value& ports, const std::string& what) {
    const auto field = [&](const char* key) -> const Value& {
      return own.has(key) ? own[key] : service[key];
    };
    Value result = marked(Value::map().set("name", app), mark);
    if (expect(field("image"), Kind::String, what + ".image")) result.set("image", field("image"));
    const Value line = command(field("command"), what);
    if (line.size() > 0) {
      result.set("command", line);
    } else if (field("image").isNull()) {
      problem(mark, what + " needs a command (or an image of the catalogue)");
    }
    Value env = marked(Value::list(), mark);
    std::vector<std::pair<std::string, Value>> variables = environment(service["env"], what);
    for (auto& [name, value] : environment(own["env"], what)) {
      std::erase_if(variables, [&](const auto& other) { return other.first == name; });
      variables.emplace_back(name, value);
    }
    for (const auto& [name, value] : variables) {
      env.append(marked(Value::map().set("name", name).set("value", value), value.mark()));
    }
    if (env.size() > 0) result.set("env", std::move(env));
    if (ports.size() > 0) {
      Value list = marked(Value::list(), ports.mark());
      for (const auto& port : ports.items())
        list.append(marked(Value::map().set("containerPort", port["targetPort"]), port.mark()));
      result.set("ports", std::move(list));
    }
    const Value& first = ports[std::size_t{0}]["targetPort"];
    if (auto probe = probeOf(field("readiness"), first, what + ".readiness"))
      result.set("readinessProbe", *probe);
    if (auto probe = probeOf(field("liveness"), first, what + ".liveness"))
      result.set("livenessProbe", *probe);
    return result;
  }

  std::optional<Value> probeOf(const Value& written, const Value& port, const std::string& what) {
    if (!check(written, kProbe, what)) return std::nullopt;
    Value probe = marked(Value::map(), written.mark());
    const Value& http = written["http"];
    const Value& tcp = written["tcp"];
    if (!http.isNull()) {
      if (http.isMap()) check(http, kProbeHttp, what + ".http");
      const Value& path = http.isMap() ? http["path"] : http;
      if (!expect(path, Kind::String, what + ".http")) return std::nullopt;
      Value get = marked(Value::map().set("path", path), http.mark());
      get.set("port", http["port"].isNull() ? port : http["port"]);
      if (!http["scheme"].isNull()) get.set("scheme", http["scheme"]);
      for (const auto& header : http["headers"].entries()) {
        get.mutableAt("httpHeaders")
            .append(Value::map().set("name", header.key).set("value", header.value.text()));
      }
      if (get["port"].isNull()) problem(http.mark(), what + ".http needs a port: the service has none");
      probe.set("httpGet", std::move(get));
    } else if (!tcp.isNull()) {
      Value socket = marked(Value::map(), tcp.mark());
      socket.set("port", tcp.kind() == Kind::Int ? tcp : port);
      if (socket["port"].isNull()) problem(tcp.mark(), what + ".tcp needs a port: the service has none");
      probe.set("tcpSocket", std::move(socket));
    } else if (!written["exec"].isNull()) {
      const Value& exec = written["exec"];
      probe.set("exec",
                marked(Value::map().set("command", command(exec.isMap() ? exec["command"] : exec, what)),
                       exec.mark()));
    } else {
      problem(written.mark(), what + " needs http, tcp or exec");
      return std::nullopt;
    }
    timing(probe, written, "period", "periodSeconds", what);
    timing(probe, written, "timeout", "timeoutSeconds", what);
    timing(probe, written, "initialDelay", "initialDelaySeconds", what);
    if (!written["failures"].isNull()) probe.set("failureThreshold", written["failures"]);
    if (!written["successes"].isNull()) probe.set("successThreshold", written["successes"]);
    return probe;
  }

  void timing(Value& probe, const Value& written, const char* key, const char* target,
              const std::string& what) {
    if (written[key].isNull()) return;
    const auto value = seconds(written[key]);
    if (!value || *value < 0) {
      problem(written[key].mark(), what + "." + key + " must be a time such as 2s or 500ms");
      return;
    }
    probe.set(target, marked(number(*value), written[key].mark()));
  }

  std::shared_ptr<const std::string> file_;
  std::string ns_;
  ShortForm out_;
};

}  // namespace

bool isShortForm(const Value& document) {
  return document["kind"].asString() == "Mesh" &&
         (document["apiVersion"].isNull() || document["apiVersion"].asString().starts_with("varka.dev"));
}

ShortForm expandShortForm(const Value& document, const std::shared_ptr<const std::string>& file) {
  return Expander(document, file).take();
}

}  // namespace varka::resource
