#pragma once
// The schema tables as text, one raw string per API group; schema_table.cpp reads them once. Private to
// core/galley.
//
//   kind GROUP KIND VERSIONS [!note]        a kind and, below it, the fields of its spec
//   message NAME [lax]                      a message; lax = unknown fields pass (the API server would drop
//   them)
//     FIELD TYPE [required] [oneof=X] [A..B] [~how approximated | !why ignored] [# what it is]
//
// TYPE: string bool int uint double duration any, a message, E(a|b|c), with [] for lists and {} for maps in
// front.

namespace varka::galley {

extern const char* const kNetworkingTable;
extern const char* const kTrafficPolicyTable;
extern const char* const kSecurityTable;
extern const char* const kTelemetryTable;
extern const char* const kMeshConfigTable;
extern const char* const kKubernetesTable;
extern const char* const kGatewayApiTable;

}  // namespace varka::galley
