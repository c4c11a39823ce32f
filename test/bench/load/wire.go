package load

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"
)

// exchangeTimeout bounds one request and its answer.
const exchangeTimeout = 60 * time.Second

// Endpoint is a server and who we are to it.
type Endpoint struct {
	// Address is host:port.
	Address string
	// TLS says whom to trust, and may hold a client certificate. Nil is plain HTTP.
	TLS *tls.Config
	// Token is the bearer token, or empty.
	Token string
}

// Request returns a request to the endpoint, ready to be sent. headers are "Name: value".
func (e Endpoint) Request(method, path string, body []byte, headers ...string) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\nUser-Agent: slipway-bench\r\n", method, path, e.Address)
	if e.Token != "" {
		fmt.Fprintf(&out, "Authorization: Bearer %s\r\n", e.Token)
	}
	for _, header := range headers {
		fmt.Fprintf(&out, "%s\r\n", header)
	}
	if body != nil {
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(body))
		if !strings.Contains(strings.Join(headers, "\n"), "Content-Type:") {
			out.WriteString("Content-Type: application/json\r\n")
		}
	}
	out.WriteString("\r\n")
	out.Write(body)
	return out.Bytes()
}

// Answer is what came back. Body is good until the connection's next exchange.
type Answer struct {
	Status     int
	Body       []byte
	RetryAfter time.Duration
}

// Connection is one kept connection, for one user at a time. It reconnects when the server has closed it.
type Connection struct {
	endpoint Endpoint
	conn     net.Conn
	reader   *bufio.Reader
	body     []byte
}

// NewConnection returns a connection that will be made at its first use.
func NewConnection(endpoint Endpoint) *Connection { return &Connection{endpoint: endpoint} }

// Close ends the connection.
func (c *Connection) Close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// Connect makes the connection, if there is none.
func (c *Connection) Connect(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	dial := (&net.Dialer{}).DialContext
	if c.endpoint.TLS != nil {
		dial = (&tls.Dialer{Config: c.endpoint.TLS}).DialContext
	}
	conn, err := dial(ctx, "tcp", c.endpoint.Address)
	if err != nil {
		return fmt.Errorf("connecting to %s: %w", c.endpoint.Address, err)
	}
	c.conn = conn
	if c.reader == nil {
		c.reader = bufio.NewReaderSize(nil, 64<<10)
	}
	c.reader.Reset(c.conn)
	return nil
}

// Do sends a request and reads the answer.
func (c *Connection) Do(ctx context.Context, request []byte) (Answer, error) {
	if err := c.Connect(ctx); err != nil {
		return Answer{}, err
	}
	answer, keep, err := c.exchange(request)
	if err != nil || !keep {
		c.Close()
	}
	return answer, err
}

func (c *Connection) exchange(request []byte) (Answer, bool, error) {
	if err := c.conn.SetDeadline(time.Now().Add(exchangeTimeout)); err != nil {
		return Answer{}, false, fmt.Errorf("setting a deadline: %w", err)
	}
	if _, err := c.conn.Write(request); err != nil {
		return Answer{}, false, fmt.Errorf("sending a request: %w", err)
	}
	answer, head, err := readHead(c.reader)
	if err != nil {
		return Answer{}, false, err
	}
	if err := c.readBody(head, answer.Status); err != nil {
		return Answer{}, false, fmt.Errorf("reading the body of an answer: %w", err)
	}
	answer.Body = c.body
	return answer, !head.closes, nil
}

func (c *Connection) readBody(head head, status int) error {
	c.body = c.body[:0]
	switch {
	case status == 204 || status == 304:
		return nil
	case head.chunked:
		buffer := bytes.NewBuffer(c.body)
		if _, err := buffer.ReadFrom(httputil.NewChunkedReader(c.reader)); err != nil {
			return err
		}
		c.body = buffer.Bytes()
		// The chunked reader leaves the end of the trailer.
		_, err := c.reader.ReadSlice('\n')
		return err
	case head.length >= 0:
		if cap(c.body) < head.length {
			c.body = make([]byte, head.length)
		}
		c.body = c.body[:head.length]
		_, err := io.ReadFull(c.reader, c.body)
		return err
	default:
		return errors.New("the answer has no length")
	}
}

// head is what matters of the headers.
type head struct {
	length          int
	chunked, closes bool
}

// readHead reads status and headers.
func readHead(reader *bufio.Reader) (Answer, head, error) {
	h := head{length: -1}
	line, err := reader.ReadSlice('\n')
	if err != nil {
		return Answer{}, h, fmt.Errorf("reading an answer: %w", err)
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return Answer{}, h, fmt.Errorf("%q begins no answer", line)
	}
	var answer Answer
	if answer.Status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return Answer{}, h, fmt.Errorf("%q has no status: %w", line, err)
	}
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return Answer{}, h, fmt.Errorf("reading headers: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return answer, h, nil
		}
		if err := h.read(&answer, line); err != nil {
			return Answer{}, h, err
		}
	}
}

func (h *head) read(answer *Answer, line []byte) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(name, []byte("Content-Length")):
		length, err := strconv.Atoi(string(value))
		if err != nil || length < 0 {
			return fmt.Errorf("%q is no length: %w", value, err)
		}
		h.length = length
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		h.chunked = bytes.EqualFold(value, []byte("chunked"))
	case bytes.EqualFold(name, []byte("Connection")):
		h.closes = bytes.EqualFold(value, []byte("close"))
	case bytes.EqualFold(name, []byte("Retry-After")):
		if seconds, err := strconv.Atoi(string(value)); err == nil {
			answer.RetryAfter = time.Duration(seconds) * time.Second
		}
	}
	return nil
}

// Stream sends a request and hands each line of the answer to the function until the context ends, the answer does, or the
// function returns an error.
func Stream(ctx context.Context, endpoint Endpoint, request []byte, line func([]byte) error) error {
	c := NewConnection(endpoint)
	if err := c.Connect(ctx); err != nil {
		return err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, c.Close)()
	if _, err := c.conn.Write(request); err != nil {
		return fmt.Errorf("sending a request: %w", err)
	}
	answer, h, err := readHead(c.reader)
	if err != nil {
		return err
	}
	if answer.Status != 200 || !h.chunked {
		return fmt.Errorf("a stream was answered with status %d", answer.Status)
	}
	lines := bufio.NewReaderSize(httputil.NewChunkedReader(c.reader), 1<<20)
	for {
		text, err := lines.ReadSlice('\n')
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("reading a stream: %w", err)
		}
		if err := line(text); err != nil {
			return err
		}
	}
}
