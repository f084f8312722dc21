#pragma once
// A pod as the Kubernetes object that `get pod -o yaml` shows: made from the view, since pods are not in the store. Pure.

#include "core/mesh/view.h"
#include "core/resource/value.h"

namespace varka::api {

resource::Value podObject(const mesh::PodView& pod);

}  // namespace varka::api
