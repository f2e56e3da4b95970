#pragma once

namespace toolhive::registry {

// Who the registry is for. Public takes what anybody on the Internet can use: https, public hosts,
// the public package registries. Private takes what is found inside a cluster or a company as well.
enum class Profile { Private, Public };

}  // namespace toolhive::registry
