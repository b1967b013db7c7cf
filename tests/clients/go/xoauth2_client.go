// An application on golang.org/x/oauth2.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

var site = os.Getenv("HOB_URL")

type application struct {
	config oauth2.Config
	// A real application keeps these two with the browser's session.
	verifier, state string
	token           *oauth2.Token
	// Sends the token and, where it has ended, renews it first.
	client *http.Client
}

func newApplication() *application {
	return &application{config: oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		RedirectURL:  "http://127.0.0.1:5000/callback",
		Endpoint: oauth2.Endpoint{
			AuthURL:  site + "/oauth/authorize",
			TokenURL: site + "/oauth/access_token",
		},
	}}
}

func randomText() string {
	bytes := make([]byte, 32)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(bytes)
}

func (app *application) connect(scope string) (string, error) {
	app.config.Scopes = strings.Fields(scope)
	app.verifier, app.state = randomText(), randomText()
	challenge := sha256.Sum256([]byte(app.verifier))
	return app.config.AuthCodeURL(app.state,
		oauth2.SetAuthURLParam("code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:])),
		oauth2.SetAuthURLParam("code_challenge_method", "S256")), nil
}

// push has no function in the library, which makes the request as ever.
func (app *application) push(scope string) (string, error) {
	address, err := app.connect(scope)
	if err != nil {
		return "", err
	}
	browser, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	request := browser.Query()
	if app.config.ClientSecret != "" {
		request.Set("client_secret", app.config.ClientSecret)
	}
	response, err := http.PostForm(site+"/oauth/par", request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		return "", errors.New(response.Status)
	}
	var pushed struct {
		RequestURI string `json:"request_uri"`
	}
	if err := json.NewDecoder(response.Body).Decode(&pushed); err != nil {
		return "", err
	}
	named := url.Values{"client_id": {app.config.ClientID}, "request_uri": {pushed.RequestURI}}
	browser.RawQuery = named.Encode()
	return browser.String(), nil
}

func (app *application) callback(address string) (string, error) {
	callback, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	// The library leaves these to the application.
	query := callback.Query()
	if query.Get("state") != app.state || query.Get("iss") != site {
		return "", errors.New("this is no answer to the request")
	}
	if code := query.Get("error"); code != "" {
		return "error " + code, nil
	}
	token, err := app.config.Exchange(context.Background(), query.Get("code"),
		oauth2.SetAuthURLParam("code_verifier", app.verifier))
	if err != nil {
		return "", err
	}
	return app.use(token, app.config.TokenSource(context.Background(), token))
}

func (app *application) use(token *oauth2.Token, source oauth2.TokenSource) (string, error) {
	app.token = token
	app.client = oauth2.NewClient(context.Background(), source)
	return fmt.Sprintf("allowed %v", token.Extra("scope")), nil
}

// refresh gives the source of tokens one that has ended, which it renews.
func (app *application) refresh(string) (string, error) {
	ended := *app.token
	ended.Expiry = time.Now().Add(-time.Hour)
	source := app.config.TokenSource(context.Background(), &ended)
	token, err := source.Token()
	if err != nil {
		return "", err
	}
	if token.AccessToken == app.token.AccessToken {
		return "", errors.New("the token was not renewed")
	}
	return app.use(token, source)
}

func (app *application) machine(scope string) (string, error) {
	config := clientcredentials.Config{
		ClientID:     app.config.ClientID,
		ClientSecret: app.config.ClientSecret,
		TokenURL:     app.config.Endpoint.TokenURL,
		Scopes:       strings.Fields(scope),
	}
	source := config.TokenSource(context.Background())
	token, err := source.Token()
	if err != nil {
		return "", err
	}
	return app.use(token, source)
}

func (app *application) me(string) (string, error) {
	var me struct{ Username string }
	err := app.ask("/api/v1/me", &me)
	return me.Username, err
}

func (app *application) count(string) (string, error) {
	var list struct{ Media []json.RawMessage }
	err := app.ask("/api/v1/media", &list)
	return fmt.Sprint(len(list.Media)), err
}

type refusal struct{ code string }

func (refusal refusal) Error() string { return refusal.code }

// ask reads an answer of the API, or the error of its challenge.
func (app *application) ask(path string, answer interface{}) error {
	response, err := app.client.Get(site + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return json.NewDecoder(response.Body).Decode(answer)
	}
	challenge := response.Header.Get("WWW-Authenticate")
	code := regexp.MustCompile(`\berror="(\w+)"`).FindStringSubmatch(challenge)
	if code == nil {
		return fmt.Errorf("%s, and no error in %q", response.Status, challenge)
	}
	return refusal{code[1]}
}

// codeOf is the error code that the token endpoint or the API answered.
func codeOf(err error) string {
	var fromAPI refusal
	if errors.As(err, &fromAPI) {
		return fromAPI.code
	}
	var fromTokenEndpoint *oauth2.RetrieveError
	var answer struct{ Error string }
	if errors.As(err, &fromTokenEndpoint) {
		_ = json.Unmarshal(fromTokenEndpoint.Body, &answer)
	}
	return answer.Error
}

func main() {
	app := newApplication()
	commands := map[string]func(string) (string, error){
		"connect":  app.connect,
		"push":     app.push,
		"callback": app.callback,
		"refresh":  app.refresh,
		"machine":  app.machine,
		"me":       app.me,
		"count":    app.count,
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.SplitN(lines.Text(), " ", 2)
		reply, err := commands[words[0]](strings.Join(words[1:], " "))
		if err != nil {
			code := codeOf(err)
			if code == "" {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			reply = "error " + code
		}
		fmt.Println(reply)
	}
}
