#include "core/pilot/push/describe.h"

#include "core/pilot/generate/matchers.h"

namespace varka::pilot {

using resource::Value;

namespace {

std::string describeString(const Value& match) {
  if (match.has("exact")) return "= " + match["exact"].text();
  if (match.has("prefix")) return "starts with " + match["prefix"].text();
  return asksPresence(match) ? "is present" : "matches " + match["regex"].text();
}

void append(std::string& out, const std::string& part) {
  if (!out.empty()) out += " · ";
  out += part;
}

std::string percentText(const Value& percentage) {
  std::string text = std::to_string(percentage["value"].asDouble());
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + " %";
}

std::string destinationText(const Value& destination) {
  const std::string& subset = destination["subset"].asString();
  return destination["host"].asString() + (subset.empty() ? "" : " " + subset);
}

std::string listText(const Value& list) {
  std::string out;
  for (const Value& item : list.items()) out += (out.empty() ? "" : ", ") + item.text();
  return out;
}

void describeEntry(const std::string& key, const Value& value, std::string& out) {
  if (key == "headers" || key == "withoutHeaders" || key == "queryParams") {
    const std::string word = key == "headers" ? "header " : key == "queryParams" ? "query " : "not header ";
    for (const auto& item : value.entries()) append(out, word + item.key + " " + describeString(item.value));
  } else if (key == "sourceLabels") {
    for (const auto& item : value.entries()) append(out, "from " + item.key + "=" + item.value.text());
  } else if (value.isList()) {
    append(out, (key == "gateways" ? "on " : key == "sniHosts" ? "SNI " : "to ") + listText(value));
  } else if (value.isMap()) {
    append(out, key + " " + describeString(value));
  } else {
    append(out, key + " " + value.text());
  }
}

void describeFault(const Value& fault, std::vector<std::string>& out) {
  const Value& delay = fault["delay"];
  if (delay.has("fixedDelay"))
    out.push_back("delay " + delay["fixedDelay"].text() + " for " + percentText(delay["percentage"]));
  const Value& abort = fault["abort"];
  for (const char* key : {"httpStatus", "grpcStatus"}) {
    if (abort.has(key))
      out.push_back("abort " + abort[key].text() + " for " + percentText(abort["percentage"]));
  }
}

void describeRewrite(const Value& rewrite, std::vector<std::string>& out) {
  if (rewrite.has("uri")) out.push_back("rewrite to " + rewrite["uri"].text());
  if (rewrite.has("authority")) out.push_back("rewrite host to " + rewrite["authority"].text());
  if (rewrite.has("uriRegexRewrite")) out.push_back("rewrite " + rewrite["uriRegexRewrite"]["match"].text());
}

}  // namespace

std::string describeMatch(const Value& match) {
  std::string out;
  for (const auto& entry : match.entries()) {
    if (entry.key == "name" || entry.key == "statPrefix" || entry.key == "ignoreUriCase") continue;
    describeEntry(entry.key, entry.value, out);
  }
  return out.empty() ? "everything" : out;
}

std::vector<std::string> describeActions(const Value& rule) {
  std::vector<std::string> out;
  describeFault(rule["fault"], out);
  if (rule.has("timeout")) out.push_back("timeout " + rule["timeout"].text());
  if (rule["retries"].isMap()) {
    const std::int64_t attempts = rule["retries"]["attempts"].asInt();
    out.push_back(attempts == 0 ? "no retries"
                                : std::to_string(attempts) + (attempts == 1 ? " retry" : " retries"));
  }
  describeRewrite(rule["rewrite"], out);
  if (rule["mirror"].isMap()) out.push_back("mirror to " + destinationText(rule["mirror"]));
  for (const Value& mirror : rule["mirrors"].items())
    out.push_back("mirror to " + destinationText(mirror["destination"]));
  if (rule["redirect"].isMap())
    out.push_back("redirect to " + rule["redirect"]["authority"].text() + rule["redirect"]["uri"].text());
  if (rule["directResponse"].isMap()) out.push_back("answer " + rule["directResponse"]["status"].text());
  if (rule["headers"].isMap()) out.push_back("change headers");
  if (rule["corsPolicy"].isMap()) out.push_back("CORS");
  return out;
}

}  // namespace varka::pilot
