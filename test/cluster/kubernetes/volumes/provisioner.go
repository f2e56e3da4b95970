package volumes

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/utils/ptr"
)

// name is the provisioner that a StorageClass gives.
const name = "mcpregistry.dev/node-folder"

const (
	// Set by the controller manager once a claim shall be provisioned.
	claimProvisionerAnnotation  = "volume.kubernetes.io/storage-provisioner"
	volumeProvisionerAnnotation = "pv.kubernetes.io/provisioned-by"
)

type provisioner struct {
	client  kubernetes.Interface
	claims  corelisters.PersistentVolumeClaimLister
	volumes corelisters.PersistentVolumeLister
	classes storagelisters.StorageClassLister
	folder  string
	node    string
}

func (p *provisioner) reconcile(ctx context.Context, key string) error {
	namespace, object, err := cache.SplitMetaNamespaceKey(key)
	if err != nil {
		return err
	}
	if namespace == "" {
		volume, err := p.volumes.Get(object)
		if err != nil || volume.Annotations[volumeProvisionerAnnotation] != name {
			return ignoreNotFound(err)
		}
		return p.reclaim(ctx, volume)
	}
	claim, err := p.claims.PersistentVolumeClaims(namespace).Get(object)
	if err != nil || claim.Annotations[claimProvisionerAnnotation] != name || claim.DeletionTimestamp != nil {
		return ignoreNotFound(err)
	}
	if claim.Spec.VolumeName == "" {
		return p.provision(ctx, claim)
	}
	return p.expand(ctx, claim)
}

// provision makes the folder, then the volume: a volume that is seen can be used.
func (p *provisioner) provision(ctx context.Context, claim *core.PersistentVolumeClaim) error {
	class, err := p.classes.Get(ptr.Deref(claim.Spec.StorageClassName, ""))
	if err != nil {
		return err
	}
	volume := "pvc-" + string(claim.UID)
	path := filepath.Join(p.folder, volume)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: volume, Annotations: map[string]string{volumeProvisionerAnnotation: name}},
		Spec: core.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			StorageClassName:              class.Name,
			PersistentVolumeReclaimPolicy: ptr.Deref(class.ReclaimPolicy, core.PersistentVolumeReclaimDelete),
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
				MatchExpressions: []core.NodeSelectorRequirement{
					{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{p.node}},
				}}}}},
			ClaimRef: &core.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
		},
	}, meta.CreateOptions{})
	if err == nil {
		klog.InfoS("made", "volume", volume, "claim", klog.KObj(claim))
	}
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// expand gives a bound claim the size that it asks for.
func (p *provisioner) expand(ctx context.Context, claim *core.PersistentVolumeClaim) error {
	want, have := claim.Spec.Resources.Requests[core.ResourceStorage], claim.Status.Capacity[core.ResourceStorage]
	if claim.Status.Phase != core.ClaimBound || want.Cmp(have) <= 0 {
		return nil
	}
	volume, err := p.volumes.Get(claim.Spec.VolumeName)
	if err != nil {
		return err
	}
	if capacity := volume.Spec.Capacity[core.ResourceStorage]; capacity.Cmp(want) < 0 {
		volume = volume.DeepCopy()
		volume.Spec.Capacity[core.ResourceStorage] = want
		if _, err := p.client.CoreV1().PersistentVolumes().Update(ctx, volume, meta.UpdateOptions{}); err != nil {
			return err
		}
	}
	claim = claim.DeepCopy()
	claim.Status.Capacity[core.ResourceStorage] = want
	claim.Status.Conditions = nil // "Resizing" was the only one
	_, err = p.client.CoreV1().PersistentVolumeClaims(claim.Namespace).UpdateStatus(ctx, claim, meta.UpdateOptions{})
	if err == nil {
		klog.InfoS("grown", "volume", volume.Name, "claim", klog.KObj(claim), "size", want.String())
	}
	return err
}

// reclaim removes the folder and the volume of a claim that is gone.
func (p *provisioner) reclaim(ctx context.Context, volume *core.PersistentVolume) error {
	if volume.Status.Phase != core.VolumeReleased ||
		volume.Spec.PersistentVolumeReclaimPolicy != core.PersistentVolumeReclaimDelete || volume.DeletionTimestamp != nil {
		return nil
	}
	if volume.Spec.Local == nil || filepath.Dir(volume.Spec.Local.Path) != filepath.Clean(p.folder) {
		return fmt.Errorf("volume %s is not a folder of %s: not removed", volume.Name, p.folder)
	}
	if err := os.RemoveAll(volume.Spec.Local.Path); err != nil {
		return err
	}
	klog.InfoS("removed", "volume", volume.Name)
	return ignoreNotFound(p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{}))
}

func ignoreNotFound(err error) error {
	if errors.IsNotFound(err) {
		return nil
	}
	return err
}
