// SPDX-License-Identifier: Apache-2.0

// Checks a store's log with Go's golang.org/x/mod/sumdb, whose tiles and notes C2SP's came from.
//
//	log VKEY URL TOKEN CA            each entry is in the signed tree, which grew from each smaller one
//	proof VKEY FILE LEAF             a proof that the log holds the leaf
//	consistent VKEY OLD NEW HASHES   the second checkpoint goes on from the first
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func fail(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	must(err, "file")
	return data
}

// open gives the tree that a checkpoint says, when the key signed it.
func open(vkey string, checkpoint []byte) tlog.Tree {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(vkey))))
	must(err, "key")
	opened, err := note.Open(checkpoint, note.VerifierList(verifier))
	must(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("checkpoint: not of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	return tlog.Tree{N: size, Hash: hash(lines[2])}
}

func hash(text string) (h tlog.Hash) {
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	must(err, "hash")
	if copy(h[:], data) != tlog.HashSize || len(data) != tlog.HashSize {
		fail("hash: %d bytes", len(data))
	}
	return h
}

func hashes(text string) (all []tlog.Hash) {
	for _, line := range strings.Fields(text) {
		all = append(all, hash(line))
	}
	return all
}

// server is a tlog.TileReader of what is served at c2sp.org/tlog-tiles' paths.
type server struct {
	url, token string
	client     *http.Client
}

func (s *server) get(path string) []byte {
	request, err := http.NewRequest("GET", s.url+path, nil)
	must(err, path)
	request.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := s.client.Do(request)
	must(err, path)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	must(err, path)
	if answer.StatusCode != 200 {
		fail("%s: status %d", path, answer.StatusCode)
	}
	return data
}

// path is Go's without the height, which is always 8.
func path(tile tlog.Tile) string {
	return "/log/tile/" + strings.Replace(strings.TrimPrefix(tile.Path(), "tile/8/"), "data/", "entries/", 1)
}

func (s *server) Height() int { return height }

func (s *server) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range tiles {
		all = append(all, s.get(path(tile)))
	}
	return all, nil
}

func (s *server) SaveTiles([]tlog.Tile, [][]byte) {}

// records are the entries of all bundles, each behind its length.
func (s *server) records(size int64) (all [][]byte) {
	for first := int64(0); first < size; first += 1 << height {
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: 1 << height}
		if size-first < 1<<height {
			tile.W = int(size - first)
		}
		for bundle := s.get(path(tile)); len(bundle) > 0; {
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:end])
			bundle = bundle[end:]
		}
	}
	return all
}

func checkLog(vkey, url, token, ca string) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(read(ca))
	s := &server{url, token, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}}
	tree := open(vkey, s.get("/log/checkpoint"))
	reader := tlog.TileHashReader(tree, s)
	records := s.records(tree.N)
	if int64(len(records)) != tree.N {
		fail("%d entries in a log of %d", len(records), tree.N)
	}
	for i, record := range records {
		proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
		must(err, "tiles")
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(record)), fmt.Sprint("entry ", i))
	}
	for size := int64(1); size < tree.N; size += 37 {
		old, err := tlog.TreeHash(size, reader)
		must(err, "tiles")
		proof, err := tlog.ProveTree(tree.N, size, reader)
		must(err, "tiles")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, size, old), fmt.Sprint("size ", size))
	}
	fmt.Printf("%d entries are in the signed tree\n", tree.N)
}

func checkProof(vkey, file, leaf string) {
	head, checkpoint, _ := bytes.Cut(read(file), []byte("\n\n"))
	lines := strings.SplitN(string(head), "\n", 3)
	if lines[0] != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		fail("proof: not one")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err, "index")
	tree := open(vkey, checkpoint)
	rest := ""
	if len(lines) == 3 {
		rest = lines[2]
	}
	must(tlog.CheckRecord(hashes(rest), tree.N, tree.Hash, index, tlog.RecordHash(read(leaf))), "proof")
	fmt.Printf("the leaf is number %d\n", index)
}

func checkConsistent(vkey, first, second, proof string) {
	old, now := open(vkey, read(first)), open(vkey, read(second))
	must(tlog.CheckTree(hashes(string(read(proof))), now.N, now.Hash, old.N, old.Hash), "consistency")
	fmt.Printf("%d entries are the beginning of %d\n", old.N, now.N)
}

func main() {
	switch args := os.Args[2:]; os.Args[1] {
	case "log":
		checkLog(args[0], args[1], args[2], args[3])
	case "proof":
		checkProof(args[0], args[1], args[2])
	case "consistent":
		checkConsistent(args[0], args[1], args[2], args[3])
	}
}
