# The commands of the project. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PRESET ?= release
KILLS ?= 1000
SCHEMATHESIS_SECONDS ?= 600
FUZZ_SECONDS ?= 600
CONTRACT_SECONDS ?= 600
BUILD_DIR := build/$(PRESET)
CLUSTER := test/cluster/cluster
PROGRAMS := toolhive-operator mcp-registry mcp-bridge kubectl-mcp
NINJA := NINJA_STATUS='[%f/%t %es] ' ninja
DEMO_CLUSTER ?= demo

# Images are named $(IMAGE_PREFIX)/PROGRAM:$(IMAGE_TAG).
IMAGE_PREFIX ?= localhost
IMAGE_TAG ?= $(shell config/version.sh)
NAMESPACE ?= toolhive-system
KUBECTL ?= $(shell command -v kubectl || echo $(CLUSTER) kubectl)
export IMAGE_PREFIX IMAGE_TAG NAMESPACE KUBECTL DEMO_CLUSTER

BUILD_PACKAGES := g++ cmake ninja-build ccache pkg-config ca-certificates git libcpprest-dev libboost-dev libboost-system-dev \
  libyaml-cpp-dev nlohmann-json3-dev libssl-dev libsimdjson-dev prometheus-cpp-dev libcurl4-openssl-dev zlib1g-dev libminizip-dev \
  libcli11-dev libpq-dev libhiredis-dev libutf8proc-dev doctest-dev
IMAGE_PACKAGES := buildah binutils
UNIT_TEST_PACKAGES := python3 prometheus
STORE_TEST_PACKAGES := postgresql redis-server openssl procps
FUZZ_PACKAGES := clang libclang-rt-14-dev
PAGE_TEST_PACKAGES := chromium chromium-driver python3-selenium fonts-liberation2 fonts-dejavu-core
CONFORMANCE_TEST_PACKAGES := python3-venv ca-certificates
COMMAND_TEST_PACKAGES := python3-yaml curl jq openssl postgresql podman docker-registry
API_TEST_PACKAGES := python3-venv ca-certificates curl jq
CONTRACT_TEST_PACKAGES := python3-jsonschema
LINT_PACKAGES := clang-format clang-tidy-19 shellcheck
MANIFEST_PACKAGES := python3-yaml
BENCH_PACKAGES := wrk nginx-light postgresql redis-server openssl procps

# Each target is a step or names its steps in their order; what runs at the same time is the business of the steps.
.NOTPARALLEL:

##@ Build
.PHONY: deps configure build programs krew release images test-images image-deps manifests install.yaml bundle bundle-validate clean
deps: ## Install the Debian packages that the build needs
	@config/build/packages.sh $(BUILD_PACKAGES)

configure:
	@config/build/packages.sh --check $(BUILD_PACKAGES)
	@mkdir -p build && cmake --preset $(PRESET) >$(BUILD_DIR).log 2>&1 || { cat $(BUILD_DIR).log; exit 1; }

build: configure ## Compile everything, tests included (PRESET=release|debug|asan|tsan)
	@$(NINJA) -C $(BUILD_DIR)

programs: configure ## Compile the programs and nothing else
	@$(NINJA) -C $(BUILD_DIR) $(PROGRAMS)

images: deps image-deps programs ## Build the images as archives in build/images
	@config/images/build.sh $(BUILD_DIR)/bin build/images

test-images: images
	@test/servers/build.sh $(BUILD_DIR)/bin build/images

image-deps:
	@config/build/packages.sh $(IMAGE_PACKAGES)

# Those of the tree name the images as config/ does.
manifests: manifest-deps ## Write what is generated in manifests/, and docs/crd-reference.md, again, after a change of config/ or crds/
	@env -u IMAGE_PREFIX -u IMAGE_TAG manifests/generate.sh install manifests/install.yaml
	@env -u IMAGE_PREFIX -u IMAGE_TAG manifests/generate.sh chart manifests/chart
	@env -u IMAGE_PREFIX -u IMAGE_TAG manifests/generate.sh bundle manifests/bundle
	@env -u IMAGE_PREFIX -u IMAGE_TAG manifests/generate.sh catalog manifests/catalog
	@manifests/generate.sh reference docs/crd-reference.md

install.yaml: manifest-deps ## Write build/install.yaml: everything in one file, with images $(IMAGE_PREFIX)/*:$(IMAGE_TAG)
	@mkdir -p build
	@manifests/generate.sh install build/install.yaml

bundle: manifest-deps ## Write the OLM bundle to build/bundle, with images $(IMAGE_PREFIX)/*:$(IMAGE_TAG), or OPERATOR_IMAGE, ... by digest
	@mkdir -p build
	@manifests/generate.sh bundle build/bundle

krew: programs ## Write the archive of kubectl-mcp and its krew manifest to build/krew; PLUGIN_URL is the folder that the archive will be fetched from
	@config/krew/build.sh $(BUILD_DIR)/bin/kubectl-mcp build/krew

release: programs image-deps manifest-deps ## Lay out a release in build/release-VERSION: images, what people install from, SBOMs, checksums; RELEASE_KEY signs it
	@config/release/build.sh $(BUILD_DIR)/bin build/release-$(shell config/version.sh)

bundle-validate: bundle ## Hold build/bundle against the validators of operator-framework/api, and rules of our own
	@test/manifests/validate.sh build/bundle


clean: ## Remove what was built; the cached Kubernetes binary stays
	@rm -rf build

##@ Test
.PHONY: test test-unit test-stores test-kills test-page test-official test-docs test-commands test-schemathesis test-contracts test-conformance test-bridge test-manifests test-release test-reproducible test-installed test-olm test-upgrade test-integration test-old-kubernetes test-e2e test-addons test-rights test-own-namespace test-cluster test-faults test-asan test-tsan test-headers fuzz lint bench
test: deps image-deps unit-deps store-deps page-deps api-deps contract-deps conformance-deps manifest-deps configure ## All tests: unit, stores, the page in a browser, the API, contracts, MCP client, server and bridge, manifests, a release, integration (a real API server), cluster and e2e (a real node), a sample of test-faults
	@echo "Compiling the programs with their tests and, at the same time, Kubernetes (about six minutes on two processors, once)."
	@config/build/together.sh $(BUILD_DIR)
	@config/images/build.sh $(BUILD_DIR)/bin build/images
	@test/servers/build.sh $(BUILD_DIR)/bin build/images
	@BUILD_DIR=$(BUILD_DIR) test/run.sh unit stores page official docs schemathesis contracts conformance bridge manifests release cluster integration installed e2e faults

test-unit: build unit-deps ## Unit tests only, and the graph of includes
	@BUILD_DIR=$(BUILD_DIR) test/run.sh unit

test-stores: build store-deps ## Every store of the registry, on disks and on a real PostgreSQL
	@BUILD_DIR=$(BUILD_DIR) test/run.sh stores

test-kills: build store-deps ## The registry killed KILLS times (default 1000) under writes: what it acknowledged must be there
	@KILLS=$(KILLS) BUILD_DIR=$(BUILD_DIR) test/run.sh kills

test-page: build page-deps ## The registry's page in a real Chromium; screenshots in build/release/screenshots
	@BUILD_DIR=$(BUILD_DIR) test/run.sh page

test-official: build ## The registry against the types, the publisher and the schemas of the official MCP registry
	@BUILD_DIR=$(BUILD_DIR) test/run.sh official

test-docs: build api-deps ## The examples of docs/api-reference.md against the registry; reasons and tests that other documents name
	@BUILD_DIR=$(BUILD_DIR) test/run.sh docs

test-commands: test-images command-deps ## Every command of every document on a real node, as test/docs/commands says; needs root
	@BUILD_DIR=$(BUILD_DIR) test/run.sh commands

test-schemathesis: build api-deps ## The OpenAPI document against the registry, for SCHEMATHESIS_SECONDS (default 600) from a new seed
	@test/schemathesis/test.sh $(BUILD_DIR) $(SCHEMATHESIS_SECONDS) random

test-contracts: build contract-deps ## Verdicts on changed schemas against another validator, for CONTRACT_SECONDS (default 600) from a new seed
	@test/contracts/test.sh $(BUILD_DIR) $(CONTRACT_SECONDS) random

test-conformance: build conformance-deps ## The MCP client, and the registry's MCP server, against the official conformance suite and what official SDKs make
	@BUILD_DIR=$(BUILD_DIR) test/run.sh conformance

test-bridge: build conformance-deps ## mcp-bridge in front of real servers, and the official conformance suite through it
	@BUILD_DIR=$(BUILD_DIR) test/run.sh bridge

.PHONY: unit-deps store-deps page-deps api-deps command-deps contract-deps conformance-deps manifest-deps
unit-deps:
	@config/build/packages.sh $(UNIT_TEST_PACKAGES)
store-deps:
	@config/build/packages.sh $(STORE_TEST_PACKAGES)
page-deps:
	@config/build/packages.sh $(PAGE_TEST_PACKAGES)
api-deps:
	@config/build/packages.sh $(API_TEST_PACKAGES)
command-deps:
	@config/build/packages.sh $(COMMAND_TEST_PACKAGES)
manifest-deps:
	@config/build/packages.sh $(MANIFEST_PACKAGES)
contract-deps:
	@config/build/packages.sh $(CONTRACT_TEST_PACKAGES)
conformance-deps:
	@config/build/packages.sh $(CONFORMANCE_TEST_PACKAGES)

test-manifests: manifest-deps ## What people install from: install.yaml, the Helm chart, config/
	@BUILD_DIR=$(BUILD_DIR) test/run.sh manifests

test-release: programs image-deps manifest-deps api-deps ## A release made twice: the same bytes, SBOMs, licences, checksums, signature
	@BUILD_DIR=$(BUILD_DIR) test/run.sh release

test-reproducible: programs ## The programs compiled again in another folder: the same bytes
	@BUILD_DIR=$(BUILD_DIR) test/run.sh reproducible

test-installed: test-images manifest-deps ## What is installed from manifests/ at work on a real node: the bundle as OLM renders it, the chart, the samples
	@BUILD_DIR=$(BUILD_DIR) test/run.sh installed

test-olm: test-images manifest-deps ## The bundle and its catalogue installed, upgraded and removed by the Operator Lifecycle Manager itself, which it compiles once
	@BUILD_DIR=$(BUILD_DIR) test/run.sh olm

test-upgrade: deps image-deps programs manifest-deps ## From the version released last, which it compiles once, to this tree with resources in place, and back
	@BUILD_DIR=$(BUILD_DIR) test/run.sh upgrade

test-integration: build ## Tests against a real API server
	@BUILD_DIR=$(BUILD_DIR) test/run.sh integration

test-old-kubernetes: build manifest-deps ## The tests of integration and of the manifests on Kubernetes 1.25, whose API server it compiles once
	@BUILD_DIR=$(BUILD_DIR) test/run.sh old-kubernetes

test-cluster: ## Tests of the cluster tool itself
	@BUILD_DIR=$(BUILD_DIR) test/run.sh cluster

test-e2e: build test-images ## Tests on a real one-node cluster
	@BUILD_DIR=$(BUILD_DIR) test/run.sh e2e

test-addons: build test-images ## cert-manager's own controllers, which it compiles once (minutes), issue and renew the certificate of a Registry on a real node; needs root
	@BUILD_DIR=$(BUILD_DIR) test/run.sh addons

test-rights: build test-images manifest-deps ## The tests of test-e2e under the rights that the bundle gives the operator, each of which must have been needed
	@BUILD_DIR=$(BUILD_DIR) test/run.sh rights

test-own-namespace: build test-images manifest-deps ## The tests of test-e2e that are in one namespace, with the bundle installed for the operator's own alone
	@BUILD_DIR=$(BUILD_DIR) test/run.sh own-namespace

test-faults: build test-images ## Every plan of the fault proxy, and the operator killed at every write of every scenario
	@BUILD_DIR=$(BUILD_DIR) test/run.sh faults-all

test-asan: unit-deps store-deps ## Unit, store and integration tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory build PRESET=asan
	@BUILD_DIR=build/asan test/run.sh unit stores integration

test-tsan: unit-deps store-deps ## Unit, store and integration tests under ThreadSanitizer
	@$(MAKE) --no-print-directory build PRESET=tsan
	@BUILD_DIR=build/tsan test/run.sh unit stores integration

fuzz: ## Every fuzz target for FUZZ_SECONDS (default 600) each
	@config/build/packages.sh $(BUILD_PACKAGES) $(FUZZ_PACKAGES)
	@mkdir -p build && cmake --preset fuzz >build/fuzz.log 2>&1 || { cat build/fuzz.log; exit 1; }
	@$(NINJA) -C build/fuzz fuzz_targets
	@test/fuzz/run.sh build/fuzz/bin $(FUZZ_SECONDS)

test-headers: deps ## Every header and every source file of the product, compiled alone
	@$(MAKE) --no-print-directory configure PRESET=alone
	@$(NINJA) -C build/alone headers $(PROGRAMS)

lint: build ## Formatting, clang-tidy, shellcheck
	@config/build/packages.sh $(LINT_PACKAGES)
	@test/lint.sh $(BUILD_DIR)

bench: build test-images ## The registry beside nginx and the official one, the framework beside controller-runtime and kube-rs, the operator beside one on controller-runtime, the bridge beside supergateway and mcp-proxy, 1,000 live servers; see test/bench
	@config/build/packages.sh $(BENCH_PACKAGES) $(CONFORMANCE_TEST_PACKAGES)
	@test/bench/registry.sh $(BUILD_DIR)/bin build
	@test/bench/controllers.sh $(BUILD_DIR)/bin build
	@test/bench/operators.sh $(BUILD_DIR)/bin build
	@test/bench/bridge.sh $(BUILD_DIR)/bin build
	@test/bench/tools.sh build/images build

##@ Run
.PHONY: run install uninstall deploy undeploy demo demo-down
run: build ## Run the operator on this machine against the cluster of your kubeconfig
	@$(BUILD_DIR)/bin/toolhive-operator

install: ## Install the CRDs
	@$(KUBECTL) apply --server-side -k config/crd

uninstall: ## Remove the CRDs, and with them every Registry and MCPTool
	@$(KUBECTL) delete --ignore-not-found -k config/crd

deploy: ## Install CRDs and operator, with images $(IMAGE_PREFIX)/*:$(IMAGE_TAG) and COMPONENTS of config/components
	@config/deploy.sh $(addprefix --with ,$(COMPONENTS)) | $(KUBECTL) apply --server-side -f -
	@$(KUBECTL) -n $(NAMESPACE) rollout status deployment/toolhive-operator --timeout=180s

undeploy: ## Remove the operator; CRDs and what users made stay
	@config/deploy.sh --without-crds $(addprefix --with ,$(COMPONENTS)) | $(KUBECTL) delete --ignore-not-found -f -

demo: deps image-deps configure ## A real cluster, the operator in it, a Registry, MCPTools, an MCP server: the main job, shown
	@test/demo/build.sh $(BUILD_DIR) $(PROGRAMS)
	@config/images/build.sh $(BUILD_DIR)/bin build/images
	@test/servers/build.sh $(BUILD_DIR)/bin build/images weather
	@test/demo/demo.sh

demo-down: ## Remove the demo's cluster
	@$(CLUSTER) down --name $(DEMO_CLUSTER)

##@ Help
.PHONY: help
help: ## This text
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z.-]+:.*## / {printf "  %-19s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
