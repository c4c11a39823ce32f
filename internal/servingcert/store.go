package servingcert

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// store is what a reflector writes into. It implements cache.ReflectorStore.
type store struct{ follower *Follower }

func (s store) Add(object any) error { return s.Update(object) }

func (s store) Update(object any) error {
	secret, ok := object.(*corev1.Secret)
	if !ok {
		return fmt.Errorf("the watch delivered a %T where a Secret was expected", object)
	}
	s.follower.take(secret)
	return nil
}

func (s store) Delete(any) error {
	s.follower.Logger.Info("The Secret with the serving certificate was deleted; serving goes on with what there was",
		"secret", s.follower.Name.String())
	return nil
}

func (s store) Replace(objects []any, _ string) error {
	for _, object := range objects {
		if err := s.Update(object); err != nil {
			return err
		}
	}
	return nil
}

// Resync has nothing to repeat.
func (store) Resync() error { return nil }
