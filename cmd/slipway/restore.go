package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/slipway-dev/slipway/internal/backup"
)

func newRestore(target *cluster) *cobra.Command {
	var file string
	command := &cobra.Command{
		Use:   "restore",
		Short: "Bring the fleet back from a file that backup wrote",
		Long: "restore writes the objects of the file into a management cluster that has Slipway's and Flux's kinds. Ids, histories and states\n" +
			"are as they were, so that adapters keep the tenant clusters that they made, and Flux the releases on them. What exists\n" +
			"already is left as it is. After a failure it can be called again, and goes on.\n\n" +
			"Adapters that keep their own books and GitOps are best started when it is done; manager, facade and Flux may run.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			archive, err := readArchive(file)
			if err != nil {
				return err
			}
			to, err := target.any()
			if err != nil {
				return err
			}
			result, err := backup.Restore(cmd.Context(), to, archive)
			if result != nil {
				tell(cmd.OutOrStdout(), result)
			}
			return err
		},
	}
	command.Flags().StringVarP(&file, "file", "f", "", "The file to read. Required.")
	if err := command.MarkFlagRequired("file"); err != nil {
		panic(err) // the flag stands two lines above
	}
	return command
}

// tell prints what became of an archive.
func tell(out io.Writer, result *backup.Result) {
	for _, kind := range slices.Sorted(maps.Keys(result.Restored)) {
		fmt.Fprintf(out, "restored %d %s\n", result.Restored[kind], kind)
	}
	for _, object := range result.Existing {
		fmt.Fprintf(out, "left as it is: %s\n", object)
	}
	for _, note := range result.Notes {
		fmt.Fprintf(out, "note: %s\n", note)
	}
}
