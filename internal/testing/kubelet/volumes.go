package kubelet

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

// volumes are the files of a pod.
type volumes struct {
	mu     sync.Mutex // one refreshes at a time
	tokens map[string]*token
}

// volumeDir is the folder of a volume.
func (p *pod) volumeDir(name string) string {
	object := p.object.Load()
	return filepath.Join(p.kubelet.options.Dir, "pods", fmt.Sprintf("%s_%s_%s", object.Namespace, object.Name, object.UID), "volumes", name)
}

// makeVolumes brings the files of all volumes up to date.
func (p *pod) makeVolumes(ctx context.Context) error {
	p.volumes.mu.Lock()
	defer p.volumes.mu.Unlock()
	spec := p.object.Load().Spec
	for i := range spec.Volumes {
		volume := &spec.Volumes[i]
		if volume.HostPath != nil {
			continue // it is there
		}
		if _, err := p.dir("volumes", volume.Name); err != nil {
			return err
		}
		if volume.EmptyDir != nil {
			continue
		}
		content, err := p.content(ctx, volume)
		if err == nil {
			err = writeVolume(p.volumeDir(volume.Name), content)
		}
		if err != nil {
			return fmt.Errorf("volume %s: %w", volume.Name, err)
		}
	}
	return nil
}

// content is what a volume holds, by the paths of its files.
func (p *pod) content(ctx context.Context, volume *corev1.Volume) (map[string][]byte, error) {
	switch {
	case volume.Secret != nil:
		all, err := p.secret(ctx, volume.Secret.SecretName, volume.Secret.Optional)
		return pick(all, volume.Secret.Items, volume.Secret.Optional, err)
	case volume.ConfigMap != nil:
		all, err := p.configMap(ctx, volume.ConfigMap.Name, volume.ConfigMap.Optional)
		return pick(all, volume.ConfigMap.Items, volume.ConfigMap.Optional, err)
	case volume.DownwardAPI != nil:
		return p.downward(volume.DownwardAPI.Items)
	case volume.Projected != nil:
		content := map[string][]byte{}
		for i := range volume.Projected.Sources {
			some, err := p.projection(ctx, volume.Name, &volume.Projected.Sources[i])
			if err != nil {
				return nil, err
			}
			for path, bytes := range some {
				content[path] = bytes
			}
		}
		return content, nil
	}
	return nil, fmt.Errorf("its source is not known here")
}

func (p *pod) projection(ctx context.Context, volume string, source *corev1.VolumeProjection) (map[string][]byte, error) {
	switch {
	case source.Secret != nil:
		all, err := p.secret(ctx, source.Secret.Name, source.Secret.Optional)
		return pick(all, source.Secret.Items, source.Secret.Optional, err)
	case source.ConfigMap != nil:
		all, err := p.configMap(ctx, source.ConfigMap.Name, source.ConfigMap.Optional)
		return pick(all, source.ConfigMap.Items, source.ConfigMap.Optional, err)
	case source.DownwardAPI != nil:
		return p.downward(source.DownwardAPI.Items)
	case source.ServiceAccountToken != nil:
		return p.accountToken(ctx, volume, source.ServiceAccountToken)
	}
	return nil, fmt.Errorf("one of its sources is not known here")
}

// pick chooses keys and gives them their paths; without a choice every key is a file.
func pick(all map[string][]byte, items []corev1.KeyToPath, optional *bool, err error) (map[string][]byte, error) {
	if err != nil || len(items) == 0 {
		return all, err
	}
	picked := map[string][]byte{}
	for _, item := range items {
		value, found := all[item.Key]
		if !found && !isTrue(optional) {
			return nil, fmt.Errorf("there is no key %s", item.Key)
		}
		if found {
			picked[item.Path] = value
		}
	}
	return picked, nil
}

func (p *pod) downward(items []corev1.DownwardAPIVolumeFile) (map[string][]byte, error) {
	content := map[string][]byte{}
	for _, item := range items {
		if item.FieldRef == nil {
			return nil, fmt.Errorf("file %s is made of no field", item.Path)
		}
		value, err := p.field(item.FieldRef.FieldPath)
		if err != nil {
			return nil, err
		}
		content[item.Path] = []byte(value)
	}
	return content, nil
}

// writeVolume makes a folder hold these files and no others. What is the same is not touched; what is not is replaced in one
// step.
func writeVolume(dir string, content map[string][]byte) error {
	for path, wanted := range content {
		name := filepath.Join(dir, filepath.FromSlash(path))
		if have, err := os.ReadFile(name); err == nil && bytes.Equal(have, wanted) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(name+".new", wanted, 0o600); err != nil {
			return err
		}
		if err := os.Rename(name+".new", name); err != nil {
			return err
		}
	}
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		path, err := filepath.Rel(dir, name)
		if _, wanted := content[filepath.ToSlash(path)]; err != nil || wanted {
			return err
		}
		return os.Remove(name)
	})
}

// mounts turn paths in a container into those of the files on this machine.
func (p *pod) mounts(spec *corev1.Container) *strings.Replacer {
	hostPaths := map[string]string{}
	for _, volume := range p.object.Load().Spec.Volumes {
		if volume.HostPath != nil {
			hostPaths[volume.Name] = volume.HostPath.Path
		}
	}
	// A Replacer takes the first that fits: the longest path is the innermost mount.
	sorted := slices.Clone(spec.VolumeMounts)
	slices.SortFunc(sorted, func(a, b corev1.VolumeMount) int { return len(b.MountPath) - len(a.MountPath) })
	pairs := make([]string, 0, 2*len(sorted))
	for _, mount := range sorted {
		files := p.volumeDir(mount.Name)
		if path, isHost := hostPaths[mount.Name]; isHost {
			files = path
		}
		pairs = append(pairs, strings.TrimSuffix(mount.MountPath, "/"), filepath.Join(files, filepath.FromSlash(mount.SubPath)))
	}
	return strings.NewReplacer(pairs...)
}
