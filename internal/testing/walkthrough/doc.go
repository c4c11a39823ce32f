// Package walkthrough reads the pages of the documentation and works through them as a reader with a shell would, so that every
// command they show is run by a test. The suites test/e2e/docs, install and alerts call it, and the tests of the checkout read
// the pages with it.
//
// A page says in an HTML comment within its first lines where its commands run:
//
//	<!-- commands: local -->   in an environment of `make up`, in a shell that knows it: . .local/env
//	<!-- commands: bare -->    on a bare control plane with Flux, helm and kubectl
//	<!-- commands: alert -->   the same as local, while the alert fires that the page is about
//	<!-- commands: none -->    it has none
//
// These blocks of a page are worked through, from top to bottom, in one shell, so that variables, functions and the folder last:
//
//	```console        each line that begins with "$ " is a command, the "> " lines after it go on with it; the other lines show
//	                  output. The page is wrong if a command fails, or if a line shown is not in its output
//	```console fails  the same, and each command must fail
//	```bash           one script, which must get to its end
//	```yaml file=NAME the reader saves it as NAME, as the text before it must say; any language will do
//
// In lines that are shown, words with digits or a random suffix count as equal, as does space of any width; "…" stands for
// anything, in a line or for lines. Everything else in a block of code needs a language that is not a shell's, "text" if need be,
// and is not run.
//
// The package never decides what a page runs against: who calls it makes the environment and passes it on.
package walkthrough
