#pragma once
// The makers of the filters in this folder; makeFilterFactory() (filter.h) chooses among them.

#include <memory>

#include "core/xds/hcm.h"
#include "proxy/filter/filter.h"

namespace varka::proxy {

std::unique_ptr<FilterFactory> makeFault(const xds::HttpFault& config);
std::unique_ptr<FilterFactory> makeCors();
std::unique_ptr<FilterFactory> makeAlpn(const xds::IstioAlpn& config);
std::unique_ptr<FilterFactory> makeMetadataExchange();

}  // namespace varka::proxy
