package sip

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/netip"
	"strings"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip/sdp"
)

// talk is the offer/answer state of a leg (RFC 3264). It is guarded by the leg.
type talk struct {
	local  *sdp.Local
	addr   netip.AddrPort  // where we receive RTP; stays
	wish   media.Direction // SendOnly while we hold the peer
	remote *sdp.Remote     // the peer's last description
	params media.Params    // what is agreed, or would be
	nat    bool
}

func newTalk(nat bool) talk {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return talk{local: sdp.NewLocal(binary.BigEndian.Uint64(b[:])), nat: nat}
}

// view reads a description without taking it over.
func (t *talk) view(body []byte, codecs []media.Codec, answer bool) (*sdp.Remote, sdp.Choice, error) {
	r, err := sdp.Parse(body)
	if err != nil {
		return nil, sdp.Choice{}, err
	}
	c, err := r.Choose(codecs, t.wish, answer)
	c.Params.NAT = t.nat
	return r, c, err
}

// take reads the peer's description and tells whether anything changed by it.
func (t *talk) take(body []byte, codecs []media.Codec, answer bool) (changed bool, err error) {
	r, c, err := t.view(body, codecs, answer)
	if err != nil {
		return false, err
	}
	changed = t.remote == nil || c.Params != t.params
	t.remote, t.params = r, c.Params
	return changed, nil
}

// answer describes us in reply to the offer taken last.
func (t *talk) answer(codecs []media.Codec) ([]byte, error) {
	c, err := t.remote.Choose(codecs, t.wish, false)
	if err != nil {
		return nil, err
	}
	c.Params.NAT = t.nat
	t.params = c.Params
	return t.local.Answer(t.addr, t.remote, c), nil
}

// offer describes all that we can do.
func (t *talk) offer(codecs []media.Codec) []byte {
	return t.local.Offer(t.addr, codecs, t.params, t.wish)
}

const sdpType = "application/sdp"

// description is the SDP in a message, nil when there is none. Carriers that
// speak ISUP or record calls wrap it in multipart/mixed.
func description(m gosip.Message) ([]byte, error) {
	body := m.Body()
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	kind, params, err := mime.ParseMediaType(headerValue(m, "content-type"))
	switch {
	case err != nil:
		return nil, fmt.Errorf("sip: content type: %w", err)
	case kind == sdpType:
		return body, nil
	case kind != "multipart/mixed":
		return nil, nil
	}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for range 8 {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("sip: multipart body: %w", err)
		}
		if k, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";"); strings.EqualFold(strings.TrimSpace(k), sdpType) {
			return io.ReadAll(io.LimitReader(p, 64<<10))
		}
	}
	return nil, nil
}

func setDescription(m gosip.Message, body []byte) {
	if body == nil {
		return
	}
	m.AppendHeader(header("Content-Type", sdpType))
	m.SetBody(body)
}
