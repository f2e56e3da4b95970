// The project's own definitions and roles, put on the cluster as they are in its files.
#pragma once

#include <string>

namespace toolhive::test {

// The text of a file of the project.
std::string project_file(const std::string& path);
// The text of the CRD whose plural name is `name`.
std::string definition(const std::string& name);

// Applies `yaml`, which is one object, to `path`, the object's own.
void apply_yaml(const std::string& path, const std::string& yaml);
// Applies the CRD `name` and waits until its objects can be listed.
void install(const std::string& name, const std::string& yaml);

}  // namespace toolhive::test
