// What the calls that change something do to the objects of a FakeApi.
#pragma once

#include "controller/kube/client/client.hpp"
#include "controller/testing/fake_objects.hpp"
#include "controller/testing/fake_reply.hpp"

namespace toolhive::testing {

FakeReply fake_create(FakeObjects& objects, const kube::ApiCall& call);
// Updates, patches and applies.
FakeReply fake_change(FakeObjects& objects, const kube::ApiCall& call);
FakeReply fake_delete(FakeObjects& objects, const kube::ApiCall& call);

}  // namespace toolhive::testing
