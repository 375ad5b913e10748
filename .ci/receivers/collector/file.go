package main

import (
	"context"
	"errors"
	"os"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

type fileConfig struct {
	// Path of the file to append to.
	Path string `mapstructure:"path"`
}

func (c *fileConfig) Validate() error {
	if c.Path == "" {
		return errors.New("the file exporter needs a path")
	}
	return nil
}

// newFileFactory gives an exporter that appends each batch to a file: a line of OTLP's JSON.
func newFileFactory() exporter.Factory {
	const stability = component.StabilityLevelDevelopment
	return exporter.NewFactory(
		component.MustNewType("file"),
		func() component.Config { return &fileConfig{} },
		exporter.WithMetrics(func(_ context.Context, _ exporter.Settings, config component.Config) (exporter.Metrics, error) {
			return open(config)
		}, stability),
		exporter.WithTraces(func(_ context.Context, _ exporter.Settings, config component.Config) (exporter.Traces, error) {
			return open(config)
		}, stability),
		exporter.WithLogs(func(_ context.Context, _ exporter.Settings, config component.Config) (exporter.Logs, error) {
			return open(config)
		}, stability),
	)
}

type fileExporter struct {
	component.StartFunc
	mutex sync.Mutex
	file  *os.File
}

func open(config component.Config) (*fileExporter, error) {
	file, err := os.OpenFile(config.(*fileConfig).Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	return &fileExporter{file: file}, err
}

func (*fileExporter) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (f *fileExporter) Shutdown(context.Context) error { return f.file.Close() }

func (f *fileExporter) ConsumeMetrics(_ context.Context, metrics pmetric.Metrics) error {
	line, err := (&pmetric.JSONMarshaler{}).MarshalMetrics(metrics)
	return f.append(line, err)
}

func (f *fileExporter) ConsumeTraces(_ context.Context, traces ptrace.Traces) error {
	line, err := (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
	return f.append(line, err)
}

func (f *fileExporter) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	line, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
	return f.append(line, err)
}

func (f *fileExporter) append(line []byte, err error) error {
	if err != nil {
		return err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	_, err = f.file.Write(append(line, '\n'))
	return err
}
