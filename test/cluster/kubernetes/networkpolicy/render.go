package networkpolicy

import (
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// world is what the rules depend on.
type world struct {
	pods       []*core.Pod
	namespaces []*core.Namespace
	policies   []*networking.NetworkPolicy
	dns        string
}

// endpoint is a pod as policies see it.
type endpoint struct {
	namespace string
	labels    labels.Set
	address   string
	ports     []core.ContainerPort
}

// direction says which end of a connection a policy protects, and how nftables names the other end.
type direction struct {
	kind networking.PolicyType
	own  string // the address of the pod under policy
	peer string
}

var (
	ingress = direction{networking.PolicyTypeIngress, "daddr", "saddr"}
	egress  = direction{networking.PolicyTypeEgress, "saddr", "daddr"}
)

// render returns an nftables script; equal worlds give equal scripts.
//
// Each pod under policy has a chain per direction, in which every allowed peer returns and the end drops. A packet must
// pass the sender's egress chain and the receiver's ingress chain. Services have been resolved to pods before.
func render(w world) string {
	endpoints, labelsOf := w.endpoints(), w.namespaceLabels()
	var chains strings.Builder
	jumps := map[networking.PolicyType][]string{}
	for _, d := range []direction{egress, ingress} {
		for _, pod := range endpoints {
			rules, isolated := w.rules(d, pod, endpoints, labelsOf)
			if !isolated {
				continue
			}
			chain := strings.ToLower(string(d.kind)) + "-" + strings.ReplaceAll(pod.address, ".", "-")
			fmt.Fprintf(&chains, "  chain %s {\n", chain)
			for _, rule := range rules {
				fmt.Fprintf(&chains, "    %s return\n", rule)
			}
			fmt.Fprintf(&chains, "    drop\n  }\n")
			jumps[d.kind] = append(jumps[d.kind], fmt.Sprintf("%s : jump %s", pod.address, chain))
		}
	}

	var script strings.Builder
	script.WriteString("table inet network-policy\ndelete table inet network-policy\ntable inet network-policy {\n")
	script.WriteString(chains.String())
	hook := func(name string, directions ...direction) {
		fmt.Fprintf(&script, "  chain %s {\n    type filter hook %s priority filter; policy accept;\n", name, name)
		script.WriteString("    ct state established,related accept\n")
		for _, d := range directions {
			if len(jumps[d.kind]) > 0 {
				fmt.Fprintf(&script, "    ip %s vmap { %s }\n", d.own, strings.Join(jumps[d.kind], ", "))
			}
		}
		script.WriteString("  }\n")
	}
	hook("forward", egress, ingress)
	hook("input", egress) // from a pod to the node: the API server, DNS
	script.WriteString("}\n")
	return script.String()
}

// endpoints lists the pods with an address of their own, in the order of their addresses.
func (w world) endpoints() []endpoint {
	var endpoints []endpoint
	for _, pod := range w.pods {
		if pod.Spec.HostNetwork || pod.Status.PodIP == "" ||
			pod.Status.Phase == core.PodSucceeded || pod.Status.Phase == core.PodFailed {
			continue
		}
		e := endpoint{namespace: pod.Namespace, labels: pod.Labels, address: pod.Status.PodIP}
		for _, container := range append(slices.Clone(pod.Spec.InitContainers), pod.Spec.Containers...) {
			e.ports = append(e.ports, container.Ports...)
		}
		endpoints = append(endpoints, e)
	}
	if w.dns != "" {
		endpoints = append(endpoints, endpoint{
			namespace: meta.NamespaceSystem, labels: labels.Set{"k8s-app": "kube-dns"}, address: w.dns,
			ports: []core.ContainerPort{
				{Name: "dns", ContainerPort: 53, Protocol: core.ProtocolUDP},
				{Name: "dns-tcp", ContainerPort: 53, Protocol: core.ProtocolTCP},
			},
		})
	}
	slices.SortFunc(endpoints, func(a, b endpoint) int { return strings.Compare(a.address, b.address) })
	return endpoints
}

func (w world) namespaceLabels() map[string]labels.Set {
	result := map[string]labels.Set{}
	for _, namespace := range w.namespaces {
		result[namespace.Name] = namespace.Labels
	}
	return result
}

// rules returns what the policies allow a pod in one direction, and whether any policy applies.
func (w world) rules(d direction, pod endpoint, endpoints []endpoint, labelsOf map[string]labels.Set) ([]string, bool) {
	var rules []string
	isolated := false
	for _, policy := range w.policies {
		if policy.Namespace != pod.namespace || !slices.Contains(policy.Spec.PolicyTypes, d.kind) ||
			!matches(&policy.Spec.PodSelector, pod.labels) || pod.address == w.dns {
			continue
		}
		isolated = true
		if d.kind == networking.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				rules = append(rules, allow(d, policy.Namespace, pod, rule.From, rule.Ports, endpoints, labelsOf)...)
			}
		} else {
			for _, rule := range policy.Spec.Egress {
				rules = append(rules, allow(d, policy.Namespace, pod, rule.To, rule.Ports, endpoints, labelsOf)...)
			}
		}
	}
	slices.Sort(rules)
	return slices.Compact(rules), isolated
}

// allow renders one rule of a policy: each peer with each port.
func allow(d direction, namespace string, pod endpoint, peers []networking.NetworkPolicyPeer,
	ports []networking.NetworkPolicyPort, endpoints []endpoint, labelsOf map[string]labels.Set) []string {
	var rules []string
	add := func(peer string, server *endpoint) {
		if d.kind == networking.PolicyTypeIngress {
			server = &pod
		}
		for _, port := range portMatches(ports, server) {
			rules = append(rules, strings.TrimSpace(peer+" "+port))
		}
	}
	if len(peers) == 0 {
		add("ip version 4", nil)
	}
	for _, peer := range peers {
		if block := peer.IPBlock; block != nil {
			match := fmt.Sprintf("ip %s %s", d.peer, block.CIDR)
			if len(block.Except) > 0 {
				match += fmt.Sprintf(" ip %s != { %s }", d.peer, strings.Join(block.Except, ", "))
			}
			if !strings.Contains(block.CIDR, ":") { // there is no IPv6 in this cluster
				add(match, nil)
			}
			continue
		}
		for i, other := range endpoints {
			if peer.NamespaceSelector == nil && other.namespace != namespace ||
				peer.NamespaceSelector != nil && !matches(peer.NamespaceSelector, labelsOf[other.namespace]) ||
				peer.PodSelector != nil && !matches(peer.PodSelector, other.labels) {
				continue
			}
			add(fmt.Sprintf("ip %s %s", d.peer, other.address), &endpoints[i])
		}
	}
	return rules
}

// portMatches renders the ports of a rule; named ports are those of server, and match nothing where it is unknown.
func portMatches(ports []networking.NetworkPolicyPort, server *endpoint) []string {
	if len(ports) == 0 {
		return []string{""}
	}
	var result []string
	for _, port := range ports {
		protocol := core.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		match := strings.ToLower(string(protocol))
		switch {
		case port.Port == nil:
			result = append(result, "meta l4proto "+match)
		case port.Port.StrVal != "":
			if server == nil {
				continue
			}
			for _, named := range server.ports {
				if named.Name == port.Port.StrVal && (named.Protocol == protocol || named.Protocol == "") {
					result = append(result, fmt.Sprintf("%s dport %d", match, named.ContainerPort))
				}
			}
		case port.EndPort != nil:
			result = append(result, fmt.Sprintf("%s dport %d-%d", match, port.Port.IntVal, *port.EndPort))
		default:
			result = append(result, fmt.Sprintf("%s dport %d", match, port.Port.IntVal))
		}
	}
	return result
}

func matches(selector *meta.LabelSelector, set labels.Set) bool {
	parsed, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && parsed.Matches(set) // the API server lets no other through
}
