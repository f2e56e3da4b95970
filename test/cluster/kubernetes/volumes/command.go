// Package volumes is the dynamic provisioner of a test cluster: a volume is a folder of the node.
//
// It does for its StorageClass what a storage driver does elsewhere: makes a PersistentVolume for a claim, grows it when the
// claim asks for more, and removes it with the claim when the reclaim policy says so. The volumes are of the "local" kind,
// so the kubelet gives them to a pod's fsGroup. Their size is not enforced.
package volumes

import (
	"context"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

// NewCommand returns the program "volumes".
func NewCommand() *cobra.Command {
	p := &provisioner{}
	var kubeconfig string
	command := &cobra.Command{
		Use:          "volumes",
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			if p.client, err = kubernetes.NewForConfig(config); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(command.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return run(ctx, p)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	command.Flags().StringVar(&p.folder, "folder", "/var/lib/volumes", "where the volumes are made")
	command.Flags().StringVar(&p.node, "node", "node1", "the node that has them")
	return command
}

// run works until ctx ends. One worker is enough for one node.
func run(ctx context.Context, p *provisioner) error {
	factory := informers.NewSharedInformerFactory(p.client, 0)
	claims := factory.Core().V1().PersistentVolumeClaims()
	volumes := factory.Core().V1().PersistentVolumes()
	classes := factory.Storage().V1().StorageClasses()
	p.claims, p.volumes, p.classes = claims.Lister(), volumes.Lister(), classes.Lister()

	// A key with a namespace is a claim, one without is a volume.
	queue := workqueue.NewTypedRateLimitingQueue(
		workqueue.NewTypedItemExponentialFailureRateLimiter[string](100*time.Millisecond, 10*time.Second))
	enqueue := func(object any) {
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object); err == nil {
			queue.Add(key)
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue,
		UpdateFunc: func(_, object any) { enqueue(object) },
	}
	for _, informer := range []cache.SharedIndexInformer{claims.Informer(), volumes.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	classes.Informer()
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("no list of %v", kind)
		}
	}

	context.AfterFunc(ctx, queue.ShutDown)
	for {
		key, shutdown := queue.Get()
		if shutdown {
			return nil
		}
		if err := p.reconcile(ctx, key); err != nil {
			klog.ErrorS(err, "will be tried again", "key", key)
			queue.AddRateLimited(key)
		} else {
			queue.Forget(key)
		}
		queue.Done(key)
	}
}
