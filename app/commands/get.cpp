#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/print.h"

namespace varka::app {
namespace {

using nlohmann::json;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  std::string part;
  for (const char c : text + separator) {
    if (c == separator) {
      if (!part.empty()) out.push_back(part);
      part.clear();
    } else {
      part += c;
    }
  }
  return out;
}

json listOf(const json& items) {
  return {{"apiVersion", "v1"}, {"kind", "List"}, {"items", items}, {"metadata", {{"resourceVersion", ""}}}};
}

/// "a list of documents as kubectl prints it": items below `items:`.
std::string yamlList(const json& documents) {
  std::string out = "apiVersion: v1\nkind: List\nitems:\n";
  for (const auto& document : documents) {
    bool first = true;
    for (const auto& line : split(document.get<std::string>(), '\n')) {
      out += (first ? "- " : "  ") + line + "\n";
      first = false;
    }
  }
  return out;
}

void printTable(const json& found, bool allNamespaces, bool headers) {
  auto columns = found["columns"].get<std::vector<std::string>>();
  auto rows = found["rows"].get<std::vector<std::vector<std::string>>>();
  if (!allNamespaces || !found.value("namespaced", true)) {
    columns.erase(columns.begin());
    for (auto& row : rows) row.erase(row.begin());
  }
  if (!headers) columns.clear();
  std::fputs(tableText(columns, rows).c_str(), stdout);
}

int print(const json& found, const Invocation& invocation, bool single) {
  const auto output = invocation.value("output");
  const auto& items = found["items"];
  if (output == "json") {
    std::puts((single && items.size() == 1 ? items[0] : listOf(items)).dump(4).c_str());
  } else if (output == "yaml") {
    const auto& yaml = found["yaml"];
    std::puts((single && yaml.size() == 1 ? yaml[0].get<std::string>() : yamlList(yaml)).c_str());
  } else if (output == "name") {
    for (const auto& name : found["names"]) std::puts(name.get<std::string>().c_str());
  } else if (output.empty() || output == "wide") {
    printTable(found, invocation.has("all-namespaces"), !invocation.has("no-headers"));
  } else {
    return complain(kUsage, "-o " + output + ": there are yaml, json, wide and name");
  }
  return kOk;
}

int getOne(api::ControlClient& client, const Invocation& invocation, const std::string& kind, const std::string& name) {
  const std::string ns = invocation.has("all-namespaces") ? "" : invocation.value("namespace", "default");
  const auto found = client.call("get", {{"kind", kind}, {"name", name}, {"namespace", ns}, {"wide", invocation.value("output") == "wide"}});
  if (!found) return complain(kFailed, found.error().message);
  if ((*found)["names"].empty()) {
    if (!name.empty()) return complain(kFailed, found->value("plural", kind) + " \"" + name + "\" not found in namespace " + ns);
    std::fprintf(stderr, "No resources found%s.\n", ns.empty() ? "" : (" in " + ns + " namespace").c_str());
    return kOk;
  }
  return print(*found, invocation, !name.empty());
}

int get(const Invocation& invocation) {
  const auto& words = invocation.positional();
  if (words.empty()) return complain(kUsage, "get what? for example: varka get pods, varka get vs reviews -o yaml");
  auto client = connectMesh(invocation);
  if (!client) return kNoMesh;
  int code = kOk;
  const auto slash = words[0].find('/');
  if (slash != std::string::npos) {
    for (const auto& word : words) {
      const auto at = word.find('/');
      code = std::max(code, getOne(*client, invocation, word.substr(0, at), at == std::string::npos ? "" : word.substr(at + 1)));
    }
    return code;
  }
  for (const auto& kind : split(words[0], ',')) {
    if (words.size() == 1) code = std::max(code, getOne(*client, invocation, kind, ""));
    for (std::size_t i = 1; i < words.size(); ++i) code = std::max(code, getOne(*client, invocation, kind, words[i]));
  }
  return code;
}

int describe(const Invocation& invocation) {
  const auto& words = invocation.positional();
  const auto slash = words.empty() ? std::string::npos : words[0].find('/');
  if (words.empty() || (words.size() < 2 && slash == std::string::npos)) return complain(kUsage, "describe KIND NAME");
  const std::string kind = words[0].substr(0, slash);
  const std::string name = slash == std::string::npos ? words[1] : words[0].substr(slash + 1);
  auto client = connectMesh(invocation);
  if (!client) return kNoMesh;
  const auto found = client->call("get", {{"kind", kind}, {"name", name}, {"namespace", invocation.value("namespace", "default")}, {"wide", true}});
  if (!found) return complain(kFailed, found.error().message);
  if ((*found)["names"].empty()) return complain(kFailed, found->value("plural", kind) + " \"" + name + "\" not found");
  std::puts((*found)["yaml"][0].get<std::string>().c_str());

  // What happened to it, as kubectl appends.
  std::vector<std::vector<std::string>> rows;
  const auto events = client->call("events", {{"max", 2000}}, [&](const json& event) {
    const auto object = event.value("object", "");
    if (object.ends_with("/" + name)) {
      rows.push_back({timeText(event.value("timeMs", std::int64_t{0})), event.value("severity", ""), event.value("message", "")});
    }
    return true;
  });
  if (events && !rows.empty()) std::fputs(("Events:\n" + tableText({}, rows)).c_str(), stdout);
  return kOk;
}

}  // namespace

Command getCommand() {
  return {"get",
          "KIND[,KIND] [NAME…] [-n NS|-A] [-o yaml|json|wide|name]",
          "Shows objects; kinds as kubectl names them: pods, svc, deploy, vs, dr, gw, se, pa, …",
          {{"namespace", 'n', "NS", "default: default"},
           {"all-namespaces", 'A', nullptr, "of every namespace"},
           {"output", 'o', "FORM", "yaml, json, wide or name"},
           {"no-headers", 0, nullptr, "rows only"}},
          get};
}

Command describeCommand() {
  return {"describe", "KIND NAME [-n NS]", "One object with what happened to it", {{"namespace", 'n', "NS", "default: default"}}, describe};
}

}  // namespace varka::app
