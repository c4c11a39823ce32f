package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/backup"
)

// packed is how the names of archives end that are compressed.
const packed = ".gz"

func newBackup(target *cluster) *cobra.Command {
	contents := backup.Contents{}
	var file string
	command := &cobra.Command{
		Use:   "backup",
		Short: "Write the fleet into a file, from which restore brings it back",
		Long: "backup reads the fleet: Platforms and AddonTemplates, Clusters, NodePools and Addons with their states, reports and records, the\n" +
			"Flux objects of add-ons, and of the namespaces that they are in what Slipway needs there. It changes nothing, and everything\n" +
			"may go on running.\n\n" +
			"The file holds Secrets, among them the kubeconfigs of all clusters. Keep it as safe as those.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := target.any()
			if err != nil {
				return err
			}
			archive, err := backup.Take(cmd.Context(), from, contents, time.Now())
			if err != nil {
				return err
			}
			if err := writeArchive(archive, file); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "wrote %d objects to %s\n", len(archive.Objects), file)
			return nil
		},
	}
	command.Flags().StringVarP(&file, "file", "f", "", "The file to write. It is compressed when its name ends in "+packed+". Required.")
	command.Flags().BoolVar(&contents.Secrets, "secrets", true, "Whether Secrets go into the file.")
	if err := command.MarkFlagRequired("file"); err != nil {
		panic(err) // the flag stands two lines above
	}
	return command
}

// any returns a client that takes objects of any kind as they are.
func (c *cluster) any() (client.Client, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	config.WarningHandler = rest.NoWarnings{} // what is restored was warned of when it was written
	made, err := client.New(config, client.Options{})
	if err != nil {
		return nil, fmt.Errorf("building the client: %w", err)
	}
	return made, nil
}

// writeArchive writes a file that only its owner can read, and that is there as a whole or not at all.
func writeArchive(archive *backup.Archive, file string) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(file), ".backup-*") // readable by its owner only
	if err != nil {
		return fmt.Errorf("making the file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temporary.Name()))
		}
	}()
	if err := errors.Join(pack(archive, temporary, strings.HasSuffix(file, packed)), temporary.Sync(), temporary.Close()); err != nil {
		return fmt.Errorf("writing the archive: %w", err)
	}
	if err := os.Rename(temporary.Name(), file); err != nil {
		return fmt.Errorf("putting the archive in its place: %w", err)
	}
	return nil
}

func pack(archive *backup.Archive, to io.Writer, compressed bool) error {
	if !compressed {
		return archive.Write(to)
	}
	packing := gzip.NewWriter(to)
	return errors.Join(archive.Write(packing), packing.Close())
}

// readArchive reads a file that backup wrote.
func readArchive(file string) (*backup.Archive, error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("opening the archive: %w", err)
	}
	defer opened.Close()
	if !strings.HasSuffix(file, packed) {
		return backup.Read(opened)
	}
	unpacking, err := gzip.NewReader(opened)
	if err != nil {
		return nil, fmt.Errorf("unpacking the archive: %w", err)
	}
	return backup.Read(unpacking)
}
