package hyperfleet

// fault is one broken rule of a request: an entry of errors[] in the answer.
type fault struct {
	// Field is the path of the member, in terms of the dialect, or the name of the parameter.
	Field string
	// Constraint names the rule; clients may rely on it.
	Constraint string
	// Message says what is wrong, for people.
	Message string
	// Value is what was sent, where that helps and is no secret; else nil.
	Value any
}

// invalidFields is the error of requests whose members or parameters break rules: 400 VAL-000.
type invalidFields []fault

// Error implements error.
func (invalidFields) Error() string { return "members or parameters of the request break rules" }

// badRequest is the error of requests that cannot be understood: 400 VAL-005. It is the detail of the answer.
type badRequest string

// Error implements error.
func (e badRequest) Error() string { return string(e) }
