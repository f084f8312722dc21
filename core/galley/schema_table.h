#pragma once
// The schema tables (tables/) as structs, read once at first use and never changed. Private to core/galley.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/galley/schema.h"

namespace varka::galley {

enum class FieldType { String, Bool, Int, Uint, Double, Duration, Any, Enum, Message };

struct MessageSchema;

struct FieldSchema {
  std::string name;
  FieldType type = FieldType::Any;
  std::string typeName;  // as in the table
  const MessageSchema* message = nullptr;
  std::vector<std::string> values;  // of an enum
  bool list = false, map = false, required = false;
  std::string oneof;  // fields of one group exclude each other
  std::optional<double> low, high;
  Fidelity fidelity = Fidelity::Exact;
  std::string note, doc;
};

struct MessageSchema {
  std::string name;
  bool lax = false;  // unknown fields pass
  std::vector<FieldSchema> fields;

  [[nodiscard]] const FieldSchema* find(std::string_view field) const;
  [[nodiscard]] std::vector<std::string> names() const;
};

struct KindSchema {
  std::string group, kind;
  std::vector<std::string> versions;
  Fidelity fidelity = Fidelity::Exact;
  std::string note;
  MessageSchema spec;
};

struct SchemaTable {
  std::vector<KindSchema> kinds;
  std::map<std::string, MessageSchema, std::less<>> messages;

  [[nodiscard]] const KindSchema* find(std::string_view group, std::string_view kind) const;
};

[[nodiscard]] const SchemaTable& schemaTable();

}  // namespace varka::galley
