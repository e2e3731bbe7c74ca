// Command frame_stream exchanges messages over a byte stream.
//
// Each frame starts with a one-byte kind and the payload length as a four-byte big-endian number.
// The reader copes with data arriving in arbitrary pieces, refuses oversized frames before
// allocating memory for them, and tells a clean end of the stream from a cut-off frame.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

const (
	headerSize = 5
	maxPayload = 1 << 16
)

// ErrTooLarge is returned for frames beyond the agreed maximum.
var ErrTooLarge = errors.New("frame is too large")

// Kind tells the receiver how to understand a payload.
type Kind byte

// Message kinds of the chat protocol.
const (
	Text Kind = iota + 1
	Leave
)

// Frame is one message on the wire.
type Frame struct {
	Kind    Kind
	Payload []byte
}

// WriteFrame sends a frame with a single call of Write.
func WriteFrame(w io.Writer, frame Frame) error {
	if len(frame.Payload) > maxPayload {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(frame.Payload))
	}
	buffer := make([]byte, 0, headerSize+len(frame.Payload))
	buffer = append(buffer, byte(frame.Kind))
	buffer = binary.BigEndian.AppendUint32(buffer, uint32(len(frame.Payload)))
	buffer = append(buffer, frame.Payload...)
	_, err := w.Write(buffer)
	return err
}

// ReadFrame returns io.EOF only if the stream ends between two frames.
func ReadFrame(r io.Reader) (Frame, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return Frame{}, err
	}
	size := binary.BigEndian.Uint32(header[1:])
	if size > maxPayload {
		return Frame{}, fmt.Errorf("%w: %d bytes announced", ErrTooLarge, size)
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		return Frame{}, fmt.Errorf("frame cut off: %w", io.ErrUnexpectedEOF)
	}
	return Frame{Kind: Kind(header[0]), Payload: payload}, nil
}

func main() {
	here, there := net.Pipe()
	go func() {
		defer there.Close()
		for _, line := range []string{"good morning", "", "the kettle is on"} {
			if err := WriteFrame(there, Frame{Text, []byte(line)}); err != nil {
				return
			}
		}
		there.Write([]byte{byte(Leave), 0, 0}) // the connection breaks inside a header
	}()
	for {
		frame, err := ReadFrame(here)
		if err != nil {
			fmt.Println("end of conversation:", err)
			return
		}
		fmt.Printf("kind %d: %q\n", frame.Kind, frame.Payload)
	}
}
