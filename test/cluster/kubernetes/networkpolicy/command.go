// Package networkpolicy enforces NetworkPolicies between the pods of a test cluster with nftables.
//
// Every change of a pod, namespace or policy renders the whole rule set anew and replaces it in one step. Connections that
// the node itself makes (probes, the API server's proxy) are not filtered, as the API demands.
package networkpolicy

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// settleTime is how long changes are collected before they are rendered.
const settleTime = 50 * time.Millisecond

// NewCommand returns the program "network-policy".
func NewCommand() *cobra.Command {
	var kubeconfig, dns string
	command := &cobra.Command{
		Use:          "network-policy",
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(command.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return run(ctx, client, dns)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	command.Flags().StringVar(&dns, "dns-address", "",
		"the node's address that policies shall see as a pod k8s-app=kube-dns in kube-system")
	return command
}

// run works until ctx ends or nftables refuses a rule set.
func run(ctx context.Context, client kubernetes.Interface, dns string) error {
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods()
	namespaces := factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()

	changed := make(chan struct{}, 1)
	note := func() {
		select {
		case changed <- struct{}{}:
		default: // one is waiting already
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { note() },
		UpdateFunc: func(any, any) { note() },
		DeleteFunc: func(any) { note() },
	}
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("no list of %v", kind)
		}
	}

	current := ""
	for {
		state := world{dns: dns}
		var err error
		if state.pods, err = pods.Lister().List(labels.Everything()); err != nil {
			return err
		}
		if state.namespaces, err = namespaces.Lister().List(labels.Everything()); err != nil {
			return err
		}
		if state.policies, err = policies.Lister().List(labels.Everything()); err != nil {
			return err
		}
		if rules := render(state); rules != current {
			if err := apply(ctx, rules); err != nil {
				return err
			}
			current = rules
			klog.InfoS("applied", "policies", len(state.policies), "lines", strings.Count(rules, "\n"))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			time.Sleep(settleTime)
		}
	}
}

// apply replaces the rules in one transaction.
func apply(ctx context.Context, rules string) error {
	command := exec.CommandContext(ctx, "nft", "-f", "-")
	command.Stdin = strings.NewReader(rules)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return fmt.Errorf("nft: %w: %s\n%s", err, output.String(), rules)
	}
	return nil
}
