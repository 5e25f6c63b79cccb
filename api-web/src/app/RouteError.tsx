/** A page that could not be drawn or loaded: says so and offers to load it again. */
import { Container } from "@mantine/core";
import { useRouteError } from "react-router";
import { ErrorNotice } from "../components/ErrorNotice";

export function RouteError() {
  const error = useRouteError();
  return (
    <Container size="sm" py="xl">
      <ErrorNotice
        words={{
          title: "This page could not be shown",
          message: error instanceof Error ? error.message : "Something unexpected happened.",
          whatToDo: ["Load it again: the server may have been updated meanwhile."],
          reason: "",
          fields: [],
          transient: true,
        }}
        onRetry={() => window.location.reload()}
        retryLabel="Load again"
      />
    </Container>
  );
}
