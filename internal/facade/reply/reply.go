package reply

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// MediaTypeJSON is the media type of JSON.
const MediaTypeJSON = "application/json"

// Encode encodes a body. Text stays as it is: no browser reads these answers as anything but JSON. It panics if the value cannot be
// encoded, which would be a bug.
func Encode(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("reply: encoding %T: %v", value, err))
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

// JSON answers with an encoded body.
func JSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", MediaTypeJSON)
	Write(w, status, body)
}

// Write answers with a body of the type that the headers say. That the client is gone is no error of ours.
func Write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
