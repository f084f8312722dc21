// Virtual addresses by hash. The set decides, not the order of arrival, so a restart gives the same
// addresses.

#include <algorithm>
#include <cstdint>
#include <set>

#include "core/pilot/registry/registry.h"

namespace varka::pilot {

namespace {

constexpr std::uint32_t kFirst = 10;  // 240.240.0.1 is the DNS server; the rest of the first ten is kept free
constexpr std::uint32_t kLast = 0xfffe;  // .255.255 would be a broadcast address

std::uint32_t hashOf(std::string_view text) {
  std::uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
  return hash;
}

bool needsAddress(const Service& service) {
  if (!service.addresses.empty() || service.headless || service.resolution == Resolution::Alias) return false;
  if (service.kubernetes) return true;
  return service.resolution != Resolution::Passthrough && service.host.find('*') == std::string::npos &&
         !service.ports.empty();
}

std::string textOf(std::uint32_t slot) {
  return "240.240." + std::to_string(slot >> 8) + "." + std::to_string(slot & 0xff);
}

}  // namespace

void allocateAddresses(std::vector<std::shared_ptr<Service>>& services) {
  std::vector<Service*> order;
  std::set<std::string> taken;
  for (const auto& service : services) {
    taken.insert(service->addresses.begin(), service->addresses.end());
    const auto optOut = service->labels.find("networking.istio.io/enable-autoallocate-ip");
    if (optOut != service->labels.end() && optOut->second == "false") continue;
    if (needsAddress(*service)) order.push_back(service.get());
  }
  std::sort(order.begin(), order.end(), [](const Service* a, const Service* b) {
    return std::tie(a->host, a->ns) < std::tie(b->host, b->ns);
  });
  for (Service* service : order) {
    const std::uint32_t span = kLast - kFirst + 1;
    std::uint32_t slot = hashOf(service->host + "/" + service->ns) % span;
    for (std::uint32_t tries = 0; tries < span; ++tries, slot = (slot + 1) % span) {
      std::string address = textOf(kFirst + slot);
      if (!taken.insert(address).second) continue;
      service->addresses.push_back(std::move(address));
      service->allocated = true;
      break;
    }
  }
}

}  // namespace varka::pilot
