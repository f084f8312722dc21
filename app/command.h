#pragma once
// A subcommand as data: its options, its help, its function. One declarative parser serves all; help is generated from the same
// table. Used by main.cpp and the files of commands/.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace varka::app {

/// Documented by `varka help exit-codes`.
enum Exit { kOk = 0, kFailed = 1, kUsage = 2, kNoMesh = 3, kNotInTime = 4 };

struct Option {
  const char* name;    // "namespace"
  char letter;         // 'n', 0 = none
  const char* value;   // "NS" in help; null = a flag
  const char* help;
};

/// One parsed command line.
class Invocation {
 public:
  [[nodiscard]] bool has(std::string_view option) const { return values_.contains(option); }
  /// The last value given, or `fallback`.
  [[nodiscard]] std::string value(std::string_view option, std::string_view fallback = {}) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view option) const;
  [[nodiscard]] const std::vector<std::string>& positional() const { return positional_; }
  [[nodiscard]] std::string positional(std::size_t index) const;
  /// What stands behind "--".
  [[nodiscard]] const std::vector<std::string>& rest() const { return rest_; }

 private:
  friend Result<Invocation> parse(const std::vector<Option>& options, const std::vector<std::string>& words);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> positional_, rest_;
};

struct Command {
  const char* name;
  const char* usage;    // after "varka NAME "
  const char* summary;  // one line for the list
  std::vector<Option> options;
  int (*run)(const Invocation& invocation);
  const char* details = "";  // more paragraphs for `varka help NAME`
};

/// Options may stand anywhere before "--": "-n ns", "-nns", "--namespace=ns", "--namespace ns".
Result<Invocation> parse(const std::vector<Option>& options, const std::vector<std::string>& words);
/// -p/--project and -h/--help, which every command has.
const std::vector<Option>& commonOptions();

/// All commands in the order of the help; the list is in commands.cpp.
const std::vector<Command>& commands();
const Command* findCommand(std::string_view name);
std::string helpText(const Command& command);
std::string overview();

/// To stderr: "varka: message".
int complain(Exit code, std::string_view message);

}  // namespace varka::app
