#include "core/galley/schema.h"

#include "core/galley/schema_table.h"
#include "core/resource/path.h"

namespace varka::galley {
namespace {

FieldInfo infoOf(const FieldSchema& field) {
  FieldInfo info;
  info.name = field.name;
  info.type = field.type == FieldType::Enum ? "enum" : field.typeName;
  if (field.list) info.type = "list of " + info.type;
  if (field.map) info.type = "map of " + info.type;
  info.list = field.list;
  info.map = field.map;
  info.message = field.type == FieldType::Message;
  info.required = field.required;
  info.values = field.values;
  if (field.type == FieldType::Bool) info.values = {"true", "false"};
  info.doc = field.doc;
  info.fidelity = field.fidelity;
  info.note = field.note;
  return info;
}

struct Found {
  const MessageSchema* message = nullptr;  // whose fields may stand there
  const FieldSchema* field = nullptr;      // that the path names
};

Found locate(std::string_view group, std::string_view kind, std::string_view path) {
  const KindSchema* schema = schemaTable().find(group, kind);
  const auto steps = resource::splitPath(path);
  if (!schema || !steps || steps->empty() || steps->front().name != "spec") return {};
  Found found{&schema->spec, nullptr};
  bool inMap = false;
  for (std::size_t i = 1; i < steps->size(); ++i) {
    if ((*steps)[i].index) continue;
    if (inMap) {
      inMap = false;  // a key of a map stands for any
      found.message = found.field->message;
      continue;
    }
    found.field = found.message ? found.message->find((*steps)[i].name) : nullptr;
    if (!found.field) return {};
    inMap = found.field->map;
    found.message = inMap ? nullptr : found.field->message;
  }
  return found;
}

std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

void appendRows(std::string& out, const MessageSchema& message, const std::string& prefix, int depth) {
  for (const auto& field : message.fields) {
    const std::string path = prefix + field.name + (field.list ? "[]" : field.map ? "{}" : "");
    out += "| `" + path + "` | " + std::string(fidelityText(field.fidelity)) + " | " + escaped(field.note) +
           " |\n";
    if (field.message && field.fidelity != Fidelity::Ignored && depth < 6)
      appendRows(out, *field.message, path + ".", depth + 1);
  }
}

}  // namespace

std::string_view fidelityText(Fidelity fidelity) {
  switch (fidelity) {
    case Fidelity::Exact:
      return "exact";
    case Fidelity::Approximated:
      return "approximated";
    case Fidelity::Ignored:
      return "ignored";
  }
  return "";
}

std::vector<KindInfo> kinds() {
  std::vector<KindInfo> all;
  for (const auto& kind : schemaTable().kinds)
    all.push_back({kind.group, kind.kind, kind.versions, kind.fidelity, kind.note});
  return all;
}

std::vector<FieldInfo> fields(std::string_view group, std::string_view kind, std::string_view path) {
  std::vector<FieldInfo> all;
  const Found found = locate(group, kind, path);
  if (!found.message) return all;
  for (const auto& field : found.message->fields) all.push_back(infoOf(field));
  return all;
}

std::optional<FieldInfo> field(std::string_view group, std::string_view kind, std::string_view path) {
  const Found found = locate(group, kind, path);
  if (!found.field) return std::nullopt;
  return infoOf(*found.field);
}

std::string fidelityMarkdown() {
  std::string out =
      "# Fidelity\n\nOne row per field: exact, approximated (how), ignored (why). Made from the tables in "
      "`core/galley/tables`; a test keeps it current.\n";
  for (const auto& kind : schemaTable().kinds) {
    out += "\n## " + kind.kind + (kind.group.empty() ? "" : " (" + kind.group + ")") + "\n\n";
    if (kind.fidelity != Fidelity::Exact)
      out += "**" + std::string(fidelityText(kind.fidelity)) + "**: " + kind.note + ".\n\n";
    if (kind.spec.fields.empty() || kind.fidelity == Fidelity::Ignored) continue;
    out += "| field | fidelity | how, why |\n|---|---|---|\n";
    appendRows(out, kind.spec, "", 0);
  }
  return out;
}

}  // namespace varka::galley
