#pragma once
// Messages whose tables live in one area's .cpp and are used by others: declared here, so that a table is compiled once.

#include "core/xds/codec/scalars.h"

namespace varka::xds::codec {

// Declares (or, below, defines from the table) both directions of a message.
#define VARKA_XDS_DECLARE(T)                                                   \
  bool read(Context& context, const Path& path, const Json& json, T& out);     \
  void write(Writer& writer, const T& value);
#define VARKA_XDS_DEFINE(T)                                                    \
  bool read(Context& context, const Path& path, const Json& json, T& out) {    \
    out = T{};                                                                 \
    return readFields(context, path, json, out, kFields<T>);                   \
  }                                                                            \
  void write(Writer& writer, const T& value) {                                 \
    writer.beginObject();                                                      \
    writeFields(writer, value, kFields<T>);                                    \
    writer.endObject();                                                        \
  }

// common.cpp
VARKA_XDS_DECLARE(Address)
VARKA_XDS_DECLARE(SocketAddress)
VARKA_XDS_DECLARE(CidrRange)
VARKA_XDS_DECLARE(Percent)
VARKA_XDS_DECLARE(FractionalPercent)
VARKA_XDS_DECLARE(RuntimeFractionalPercent)
VARKA_XDS_DECLARE(HeaderValue)
VARKA_XDS_DECLARE(HeaderValueOption)
VARKA_XDS_DECLARE(DataSource)
VARKA_XDS_DECLARE(ConfigSource)
VARKA_XDS_DECLARE(HttpUri)
VARKA_XDS_DECLARE(TokenBucket)
VARKA_XDS_DECLARE(Metadata)
// matchers.cpp
VARKA_XDS_DECLARE(RegexMatcher)
VARKA_XDS_DECLARE(StringMatcher)
VARKA_XDS_DECLARE(Int64Range)
VARKA_XDS_DECLARE(HeaderMatcher)
VARKA_XDS_DECLARE(QueryParameterMatcher)
VARKA_XDS_DECLARE(PathMatcher)
VARKA_XDS_DECLARE(ValueMatcher)
VARKA_XDS_DECLARE(MetadataMatcher)
VARKA_XDS_DECLARE(FilterStateMatcher)
// rbac.cpp
VARKA_XDS_DECLARE(rbac::Rules)
// tls.cpp
VARKA_XDS_DECLARE(TransportSocket)
VARKA_XDS_DECLARE(Secret)
// cluster.cpp
VARKA_XDS_DECLARE(Http1ProtocolOptions)
VARKA_XDS_DECLARE(Http2ProtocolOptions)
VARKA_XDS_DECLARE(CommonHttpProtocolOptions)
VARKA_XDS_DECLARE(ClusterLoadAssignment)
VARKA_XDS_DECLARE(Locality)
VARKA_XDS_DECLARE(Cluster)
// http_filters.cpp
VARKA_XDS_DECLARE(HttpFault)
VARKA_XDS_DECLARE(CorsPolicy)
VARKA_XDS_DECLARE(HttpRbac)
VARKA_XDS_DECLARE(HttpRbacPerRoute)
VARKA_XDS_DECLARE(LocalRateLimit)
VARKA_XDS_DECLARE(ExtAuthz)
VARKA_XDS_DECLARE(ExtAuthzPerRoute)
VARKA_XDS_DECLARE(GrpcService)
VARKA_XDS_DECLARE(JwtProvider)
VARKA_XDS_DECLARE(JwtRequirement)
// route.cpp
VARKA_XDS_DECLARE(JwtAuthentication)
VARKA_XDS_DECLARE(UpgradeConfig)
VARKA_XDS_DECLARE(RouteConfiguration)
// access_log.cpp
VARKA_XDS_DECLARE(AccessLog)
// hcm.cpp
VARKA_XDS_DECLARE(HttpConnectionManager)
// listener.cpp
VARKA_XDS_DECLARE(Listener)
VARKA_XDS_DECLARE(NameTable)
// bootstrap.cpp
VARKA_XDS_DECLARE(Node)

#undef VARKA_XDS_DECLARE

}  // namespace varka::xds::codec
