package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// accessKeyUser is whom the sample access key stands for; config/samples/local/rest-client.yaml gives it its rights.
const accessKeyUser = "team-a-sdk"

// accessKey is a pair that requests are signed with.
type accessKey struct{ id, secret string }

// issueAccessKey makes an access key of the sample tenant, once, and puts it into a Secret for the facade to find.
func (e *environment) issueAccessKey(ctx context.Context) error {
	key, err := e.ensureAccessKey()
	if err != nil {
		return err
	}
	secret, err := json.Marshal(corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Namespace: sampleNamespace, Name: accessKeyUser},
		Type:       fleetv1.SecretTypeAccessKey,
		Data: map[string][]byte{
			fleetv1.AccessKeyID: []byte(key.id), fleetv1.AccessKeySecret: []byte(key.secret),
			fleetv1.AccessKeyUser: []byte(accessKeyUser), fleetv1.AccessKeyGroups: nil,
		},
	})
	if err != nil {
		return fmt.Errorf("encoding the access key's Secret: %w", err)
	}
	if err := e.apply(ctx, secret, "-f", "-"); err != nil {
		return err
	}
	return e.writeEnv()
}

// ensureAccessKey returns the access key of this environment, which is made if it is not there.
func (e *environment) ensureAccessKey() (accessKey, error) {
	key, err := e.readAccessKey()
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = accessKey{id: "LOCAL" + rand.Text()[:15], secret: rand.Text() + rand.Text()}
	if err := os.WriteFile(e.accessKey(), []byte(key.id+"\n"+key.secret), 0o600); err != nil {
		return accessKey{}, fmt.Errorf("writing the access key: %w", err)
	}
	return key, nil
}

// readAccessKey reads the access key. It fails with fs.ErrNotExist if there is none yet.
func (l layout) readAccessKey() (accessKey, error) {
	content, err := os.ReadFile(l.accessKey())
	if err != nil {
		return accessKey{}, fmt.Errorf("reading the access key: %w", err)
	}
	id, secret, ok := bytes.Cut(content, []byte("\n"))
	if !ok || len(id) == 0 || len(secret) == 0 {
		return accessKey{}, fmt.Errorf("%s holds no access key; remove it", l.accessKey())
	}
	return accessKey{id: string(id), secret: string(secret)}, nil
}
