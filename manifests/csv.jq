# The ClusterServiceVersion of the bundle, out of the manifests that kustomize installs. Input: those manifests, slurped.
# Arguments: $version, $created, $icon, and the files $base, $annotations, $samples (slurped).

def one(kind; name): map(select(.kind == kind and .metadata.name == name)) | first;

(one("Deployment"; "toolhive-operator")) as $deployment
| (one("ClusterRole"; "toolhive-operator")) as $cluster_role
| (one("ClusterRole"; "toolhive-operator-metrics-auth")) as $metrics_role
| (one("Role"; "toolhive-operator-leader-election")) as $role
| ($deployment.spec.template.spec.containers[0]) as $container
| ([$container.env[] | select(.name | startswith("RELATED_IMAGE_"))]) as $related
| [.[] | select(.kind == "CustomResourceDefinition")] as $crds
| {
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "ClusterServiceVersion",
    metadata: {
      name: "toolhive-operator.v\($version)",
      namespace: "placeholder",
      labels: {"operatorframework.io/arch.amd64": "supported", "operatorframework.io/os.linux": "supported"},
      annotations: ($annotations[0] + {
        "alm-examples": ($samples | tojson),
        containerImage: $container.image,
        createdAt: $created
      })
    },
    spec: ($base[0] + {
      version: $version,
      icon: [{base64data: $icon, mediatype: "image/svg+xml"}],
      relatedImages: ([{name: "toolhive-operator", image: $container.image}]
                      + [$related[] | {name: (.name | ltrimstr("RELATED_IMAGE_") | ascii_downcase), image: .value}]),
      customresourcedefinitions: {
        owned: [$crds[] | . as $crd | .spec.versions[0] as $v | {
          name: .metadata.name,
          kind: .spec.names.kind,
          version: $v.name,
          displayName: .spec.names.kind,
          description: ($v.schema.openAPIV3Schema.description),
          resources: (if .spec.names.kind == "Registry" then
              [{kind: "Deployment", name: "", version: "v1"}, {kind: "Service", name: "", version: "v1"},
               {kind: "ConfigMap", name: "", version: "v1"}, {kind: "PersistentVolumeClaim", name: "", version: "v1"},
               {kind: "NetworkPolicy", name: "", version: "v1"}, {kind: "Route", name: "", version: "v1"}]
            else [{kind: "Registry", name: "", version: "v1alpha1"}] end),
          # Every top-level field of spec, under its own description.
          specDescriptors: [$v.schema.openAPIV3Schema.properties.spec.properties | to_entries[]
            | {path: .key, displayName: .key, description: .value.description}],
          statusDescriptors: [
            {path: "conditions", displayName: "Conditions", description: "What holds, and why not.",
             "x-descriptors": ["urn:alm:descriptor:io.kubernetes.conditions"]},
            {path: "url", displayName: "URL", description: ($v.schema.openAPIV3Schema.properties.status.properties.url.description),
             "x-descriptors": ["urn:alm:descriptor:org.w3:link"]}]
        }]
      },
      install: {
        strategy: "deployment",
        spec: {
          clusterPermissions: [{serviceAccountName: "toolhive-operator", rules: ($cluster_role.rules + $metrics_role.rules)}],
          permissions: [{serviceAccountName: "toolhive-operator", rules: $role.rules}],
          deployments: [{
            name: $deployment.metadata.name,
            label: $deployment.metadata.labels,
            # OLM says which namespaces to watch by an annotation that it sets on the pod.
            spec: ($deployment.spec
              | .template.spec.containers[0].env += [{name: "WATCH_NAMESPACE",
                  valueFrom: {fieldRef: {fieldPath: "metadata.annotations['olm.targetNamespaces']"}}}]
              | .template.spec.affinity = {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:
                  {nodeSelectorTerms: [{matchExpressions: [
                    {key: "kubernetes.io/arch", operator: "In", values: ["amd64"]},
                    {key: "kubernetes.io/os", operator: "In", values: ["linux"]}]}]}}})
          }]
        }
      }
    })
  }
