package hub

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	recordPrefix = "request-"
	// recordLabel marks the records of requests, and the further parts of their answers.
	recordLabel = fleetv1.AnnotationRequest
	// expiresAnnotation holds when a record is of no use any more, in RFC 3339.
	expiresAnnotation = fleetv1.GroupName + "/expires"
	// maxPart is how much of an answer one object takes. A ConfigMap takes 1 MiB.
	maxPart = 900 << 10
	// maxAnswer bounds what a remembered answer may unfold to.
	maxAnswer = 16 << 20
)

// The keys of a record.
const (
	keyDigest   = "digest"
	keyHolder   = "holder"
	keyReserved = "reserved"
	keyHeader   = "header"
	keyParts    = "parts"
	keyBody     = "body"
)

// record is what is known about a request that is done at most once.
type record struct {
	*corev1.ConfigMap
	// mine tells that this request holds it.
	mine bool
}

func newRecord(namespace string, r request, holder string, now time.Time) *corev1.ConfigMap {
	made := &record{ConfigMap: &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: r.name, Labels: map[string]string{recordLabel: r.name}},
		Data:       map[string]string{keyDigest: r.digest},
	}}
	made.claim(holder, now)
	return made.ConfigMap
}

// claim makes the record that of a holder.
func (r *record) claim(holder string, now time.Time) {
	r.Data[keyHolder], r.Data[keyReserved] = holder, now.UTC().Format(time.RFC3339Nano)
	r.expire(now)
}

func (r *record) expire(now time.Time) {
	metav1.SetMetaDataAnnotation(&r.ObjectMeta, expiresAnnotation, now.Add(onceKept).UTC().Format(time.RFC3339))
}

func (r *record) digest() string { return r.Data[keyDigest] }

func (r *record) answered() bool { return r.Data[keyParts] != "" }

// expired tells whether the record is of no use any more. One that does not say so is.
func (r *record) expired(now time.Time) bool { return expired(r.ConfigMap, now) }

func expired(object metav1.Object, now time.Time) bool {
	until, err := time.Parse(time.RFC3339, object.GetAnnotations()[expiresAnnotation])
	return err != nil || !now.Before(until)
}

// abandoned tells whether the holder counts as dead.
func (r *record) abandoned(now time.Time) bool {
	since, err := time.Parse(time.RFC3339Nano, r.Data[keyReserved])
	return err != nil || now.Sub(since) > onceAbandoned
}

// writeAnswer remembers an answer: further parts first, so that a record that says it is answered is whole.
func (s *Store) writeAnswer(ctx context.Context, r *record, answer Answer) error {
	header, err := json.Marshal(answer.Header)
	if err != nil {
		return err
	}
	packed, err := pack(answer.Body)
	if err != nil {
		return err
	}
	parts := 1
	for rest := packed; len(rest) > maxPart; parts++ {
		rest = rest[maxPart:]
		if err := s.writePart(ctx, r, parts, rest[:min(len(rest), maxPart)]); err != nil {
			return err
		}
	}
	written := r.DeepCopy()
	written.Data[keyHeader], written.Data[keyParts] = string(header), strconv.Itoa(parts)
	written.BinaryData = map[string][]byte{keyBody: packed[:min(len(packed), maxPart)]}
	(&record{ConfigMap: written}).expire(s.Clock.Now())
	return s.Client.Update(ctx, written)
}

func (s *Store) writePart(ctx context.Context, r *record, number int, bytes []byte) error {
	part := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: r.Namespace, Name: partName(r, number), Labels: r.Labels},
		BinaryData: map[string][]byte{keyBody: bytes},
	}
	(&record{ConfigMap: part}).expire(s.Clock.Now())
	err := s.Client.Create(ctx, part)
	if apierrors.IsAlreadyExists(err) {
		// It is left from an attempt that did not come to its end.
		err = s.Client.Update(ctx, part)
	}
	return err
}

func partName(r *record, number int) string { return fmt.Sprintf("%s.%d", r.Name, number) }

// readAnswer returns the answer that a record holds.
func (s *Store) readAnswer(ctx context.Context, r *record) (Answer, error) {
	var answer Answer
	if err := json.Unmarshal([]byte(r.Data[keyHeader]), &answer.Header); err != nil {
		return Answer{}, fmt.Errorf("reading the header of the answer to %s: %w", r.Name, err)
	}
	parts, err := strconv.Atoi(r.Data[keyParts])
	if err != nil {
		return Answer{}, fmt.Errorf("reading the answer to %s: %w", r.Name, err)
	}
	packed := bytes.Clone(r.BinaryData[keyBody])
	for number := 1; number < parts; number++ {
		part := &corev1.ConfigMap{}
		if err := s.Client.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: partName(r, number)}, part); err != nil {
			return Answer{}, err
		}
		packed = append(packed, part.BinaryData[keyBody]...)
	}
	answer.Body, err = unpack(packed)
	return answer, err
}

func pack(body []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("packing an answer: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing an answer: %w", err)
	}
	return packed.Bytes(), nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpacking an answer: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(r, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("unpacking an answer: %w", err)
	}
	return body, nil
}
