#include <algorithm>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/print.h"

namespace varka::app {
namespace {

using nlohmann::json;

std::string field(const json& certificate, const char* name) {
  return certificate.value(name, std::string());
}

int list(const Invocation& invocation, const json& certificates) {
  if (invocation.value("output") == "json") {
    std::puts(certificates.dump(2).c_str());
    return kOk;
  }
  const auto now = static_cast<std::int64_t>(std::time(nullptr)) * 1000;
  std::vector<std::vector<std::string>> rows;
  for (const auto& each : certificates) {
    const auto renew = each.value("renewAtMs", std::int64_t{0});
    rows.push_back({field(each, "owner"), each.value("root", false) ? field(each, "issuer") : field(each, "spiffeId"),
                    field(each, "serial").substr(0, 16), timeText(each.value("notBeforeMs", std::int64_t{0})),
                    timeText(each.value("notAfterMs", std::int64_t{0})), spanText(each.value("notAfterMs", std::int64_t{0}) - now),
                    renew > 0 ? spanText(renew - now) : "-"});
  }
  std::fputs(tableText({"OWNER", "IDENTITY", "SERIAL", "NOT BEFORE", "NOT AFTER", "LEFT", "RENEWS IN"}, rows).c_str(), stdout);
  return kOk;
}

int show(const Invocation& invocation, const json& certificates) {
  const auto name = invocation.positional(1);
  for (const auto& each : certificates) {
    const auto owner = field(each, "owner");
    if (owner != name && !owner.starts_with(name + "-")) continue;
    if (invocation.has("pem")) {
      std::fputs(field(each, "pem").c_str(), stdout);
      return kOk;
    }
    std::printf("owner       %s\nidentity    %s\nissuer      %s\nserial      %s\nalgorithm   %s\nsha256      %s\nnot before  %s\nnot after   %s\n%s",
                owner.c_str(), field(each, "spiffeId").c_str(), field(each, "issuer").c_str(), field(each, "serial").c_str(),
                field(each, "algorithm").c_str(), field(each, "sha256").c_str(), timeText(each.value("notBeforeMs", std::int64_t{0})).c_str(),
                timeText(each.value("notAfterMs", std::int64_t{0})).c_str(), field(each, "pem").c_str());
    return kOk;
  }
  return complain(kFailed, "no certificate of '" + name + "'; `varka cert list` shows all");
}

int rotate(const Invocation& invocation) {
  const auto pod = invocation.positional(1);
  if (pod.empty() && !invocation.has("all")) return complain(kUsage, "cert rotate POD, or cert rotate --all");
  return ask(invocation, "rotate", {{"pod", pod}}) ? kOk : kFailed;
}

int ttl(const Invocation& invocation) {
  const auto life = parseDuration(invocation.positional(1));
  if (!life) return complain(kUsage, "cert ttl TIME, for example 24h or 60s");
  return ask(invocation, "certificateTtl", {{"seconds", *life / 1000}}) ? kOk : kFailed;
}

int cert(const Invocation& invocation) {
  const auto verb = invocation.positional(0);
  if (verb == "rotate") return rotate(invocation);
  if (verb == "ttl") return ttl(invocation);
  if (verb != "list" && verb != "show") return complain(kUsage, "cert list, cert show OWNER, cert rotate POD|--all, or cert ttl TIME");
  const auto answer = ask(invocation, "certificates", json::object());
  if (!answer) return kFailed;
  return verb == "list" ? list(invocation, (*answer)["certificates"]) : show(invocation, (*answer)["certificates"]);
}

}  // namespace

Command certCommand() {
  return {"cert",
          "list | show OWNER [--pem] | rotate POD|--all | ttl TIME",
          "Certificates of the mesh: the root's and each workload's",
          {{"output", 'o', "json", "list for scripts"},
           {"pem", 0, nullptr, "show: the certificate only, for openssl"},
           {"all", 0, nullptr, "rotate: of every workload"}},
          cert,
          "`rotate` asks the proxies for a new key and request; open connections live on. `ttl` is the life of\n"
          "certificates issued from then on."};
}

}  // namespace varka::app
