package params

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestCompiledSchemasAreKept(t *testing.T) {
	cache := &schemas{known: map[string]outcome{}}
	first, err := cache.get([]byte(`{"type": "object"}`))
	if err != nil {
		t.Fatal(err)
	}
	again, err := cache.get([]byte(`{"type": "object"}`))
	if err != nil || again != first {
		t.Errorf("the same document was compiled twice: %v", err)
	}
	if _, err := cache.get([]byte(`{"type": 1}`)); err == nil {
		t.Error("what does not compile is an error")
	}
	if _, err := cache.get([]byte(`{"type": 1}`)); err == nil {
		t.Error("what does not compile is an error the second time, too")
	}
}

func TestCompiledSchemasAreBounded(t *testing.T) {
	cache := &schemas{known: map[string]outcome{}}
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for i := range 2*maxCached + 1 {
				if _, err := cache.get(fmt.Appendf(nil, `{"title": "%d"}`, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if len(cache.known) > maxCached {
		t.Errorf("%d schemas are kept, more than %d", len(cache.known), maxCached)
	}
	for i := range 40 {
		long := fmt.Sprintf(`{"title": "%d%s"}`, i, strings.Repeat("x", MaxSize/2))
		if _, err := cache.get([]byte(long)); err != nil {
			t.Fatal(err)
		}
	}
	if cache.bytes > maxCachedBytes {
		t.Errorf("%d bytes of schemas are kept, more than %d", cache.bytes, maxCachedBytes)
	}
}
