#include "core/galley/schema_table.h"

#include <algorithm>
#include <cassert>
#include <sstream>

#include "core/galley/tables/tables.h"

namespace varka::galley {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Cuts "!note" or "~note" and "# doc" off a line.
struct Remarks {
  Fidelity fidelity = Fidelity::Exact;
  std::string note, doc;
};
Remarks takeRemarks(std::string_view& line) {
  Remarks remarks;
  if (const auto hash = line.find(" # "); hash != std::string_view::npos) {
    remarks.doc = trimmed(line.substr(hash + 3));
    line = line.substr(0, hash);
  }
  for (const auto& [mark, fidelity] :
       {std::pair{" !", Fidelity::Ignored}, std::pair{" ~", Fidelity::Approximated}}) {
    const auto at = line.find(mark);
    if (at == std::string_view::npos) continue;
    remarks.fidelity = fidelity;
    remarks.note = trimmed(line.substr(at + 2));
    line = line.substr(0, at);
  }
  return remarks;
}

FieldType typeOf(std::string_view name) {
  static const std::map<std::string_view, FieldType> kTypes = {
      {"string", FieldType::String}, {"bool", FieldType::Bool},     {"int", FieldType::Int},
      {"uint", FieldType::Uint},     {"double", FieldType::Double}, {"duration", FieldType::Duration},
      {"any", FieldType::Any}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? (name.starts_with("E(") ? FieldType::Enum : FieldType::Message)
                               : found->second;
}

FieldSchema parseField(std::string_view line) {
  FieldSchema field;
  Remarks remarks = takeRemarks(line);
  field.fidelity = remarks.fidelity;
  field.note = std::move(remarks.note);
  field.doc = std::move(remarks.doc);
  std::istringstream words{std::string(trimmed(line))};
  words >> field.name >> field.typeName;
  for (const auto& [prefix, flag] : {std::pair{"[]", &field.list}, std::pair{"{}", &field.map}}) {
    if (!field.typeName.starts_with(prefix)) continue;
    *flag = true;
    field.typeName.erase(0, 2);
  }
  field.type = typeOf(field.typeName);
  if (field.type == FieldType::Enum) {
    field.values = split(std::string_view(field.typeName).substr(2, field.typeName.size() - 3), '|');
  }
  for (std::string word; words >> word;) {
    if (word == "required") field.required = true;
    if (word.starts_with("oneof=")) field.oneof = word.substr(6);
    if (const auto dots = word.find(".."); dots != std::string::npos) {
      field.low = std::stod(word.substr(0, dots));
      field.high = std::stod(word.substr(dots + 2));
    }
  }
  return field;
}

KindSchema parseKind(std::string_view line) {
  KindSchema kind;
  Remarks remarks = takeRemarks(line);
  kind.fidelity = remarks.fidelity;
  kind.note = std::move(remarks.note);
  std::istringstream words{std::string(line)};
  std::string ignored, versions;
  words >> ignored >> kind.group >> kind.kind >> versions;
  if (kind.group == "-") kind.group.clear();
  kind.versions = split(versions, ',');
  kind.spec.name = kind.kind;
  kind.spec.lax = !kind.group.ends_with("istio.io");
  return kind;
}

void parse(SchemaTable& table, const char* text) {
  std::istringstream lines{text};
  MessageSchema* current = nullptr;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("kind ")) {
      table.kinds.push_back(parseKind(line));
      current = &table.kinds.back().spec;
    } else if (line.starts_with("message ")) {
      const auto words = split(line, ' ');
      current = &table.messages[words[1]];
      current->name = words[1];
      current->lax = words.size() > 2 && words[2] == "lax";
    } else if (line.starts_with("  ")) {
      current->fields.push_back(parseField(line));
    }
  }
}

void link(const SchemaTable& table, MessageSchema& message) {
  for (auto& field : message.fields) {
    if (field.type != FieldType::Message) continue;
    const auto found = table.messages.find(field.typeName);
    assert(found != table.messages.end() && "a schema table names a message that no table describes");
    field.message = &found->second;
  }
}

SchemaTable build() {
  SchemaTable table;
  for (const char* text : {kNetworkingTable, kTrafficPolicyTable, kSecurityTable, kTelemetryTable,
                           kGatewayApiTable, kKubernetesTable, kMeshConfigTable}) {
    parse(table, text);
  }
  return table;
}

}  // namespace

const FieldSchema* MessageSchema::find(std::string_view field) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.name == field; });
  return found == fields.end() ? nullptr : &*found;
}

std::vector<std::string> MessageSchema::names() const {
  std::vector<std::string> all;
  for (const auto& field : fields) all.push_back(field.name);
  return all;
}

const KindSchema* SchemaTable::find(std::string_view group, std::string_view kind) const {
  const auto found = std::find_if(kinds.begin(), kinds.end(),
                                  [&](const auto& one) { return one.group == group && one.kind == kind; });
  return found == kinds.end() ? nullptr : &*found;
}

const SchemaTable& schemaTable() {
  static SchemaTable table = build();
  static const bool linked = [] {
    for (auto& [name, message] : table.messages) link(table, message);
    for (auto& kind : table.kinds) link(table, kind.spec);
    return true;
  }();
  (void)linked;
  return table;
}

}  // namespace varka::galley
