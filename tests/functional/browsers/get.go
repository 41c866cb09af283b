// SPDX-License-Identifier: GPL-3.0-or-later

// Gets answers with Go's net/http: get COUNT CA < TARGETS
//
// A line of TARGETS has a name, HOST:PORT, and the file whose bytes the body must have. Prints
// how the requests to each target ended, without and with a cache of sessions, and exits 0 if
// all bodies came whole.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

func get(client *http.Client, address string, wanted []byte) string {
	answer, err := client.Get(address)
	if err != nil {
		var failure *url.Error
		if errors.As(err, &failure) {
			err = failure.Err
		}
		return err.Error()
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "body: " + err.Error()
	}
	if answer.StatusCode != 200 || !bytes.Equal(body, wanted) {
		return "another body"
	}
	return "whole"
}

func try(name string, count int, config *tls.Config, address string, wanted []byte) bool {
	client := &http.Client{
		Timeout:   60 * time.Second,
		Transport: &http.Transport{TLSClientConfig: config},
	}
	ends := map[string]int{}
	for i := 0; i < count; i++ {
		ends[get(client, address, wanted)]++
	}
	fmt.Println(name, ends)
	return ends["whole"] == count
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	pem, _ := os.ReadFile(os.Args[2])
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	status := 0
	for {
		var name, host, path string
		if _, err := fmt.Scanln(&name, &host, &path); err != nil {
			os.Exit(status)
		}
		wanted, _ := os.ReadFile(path)
		address := "https://" + host + "/"
		fresh := &tls.Config{RootCAs: roots}
		if !try(name+" fresh", count, fresh, address, wanted) {
			status = 1
		}
		resumes := &tls.Config{RootCAs: roots,
			ClientSessionCache: tls.NewLRUClientSessionCache(8)}
		if !try(name+" resumes", count, resumes, address, wanted) {
			status = 1
		}
	}
}
