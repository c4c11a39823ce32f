package nodepool

// required returns the adapters that have to report about the pool. A deleted pool whose Cluster does not exist waits for
// nobody: its nodes went with the cluster.
func required(s *scope) []string {
	if s.cluster == nil {
		return nil
	}
	return s.Required()
}
