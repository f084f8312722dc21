// GET / names the language; GET /call/HOST fetches http://HOST:9080/ with net/http. Built static.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

func main() {
	http.HandleFunc("/call/", func(w http.ResponseWriter, r *http.Request) {
		answer, err := http.Get("http://" + strings.TrimPrefix(r.URL.Path, "/call/") + ":9080/")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		io.Copy(w, answer.Body)
	})
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		local := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		fmt.Fprintf(w, "go peer=%s local=%s\n", r.RemoteAddr, local)
	})
	panic(http.ListenAndServe("0.0.0.0:9080", nil))
}
