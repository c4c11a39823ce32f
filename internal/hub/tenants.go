package hub

// HasNamespace tells whether there is a namespace of that name.
func (x *Index) HasNamespace(name string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.namespaces.get(key{name: name}).object != nil
}
