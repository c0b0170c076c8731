import { render } from "preact";
import { Desk } from "./desk.ts";
import { App } from "./views/app.tsx";

render(<App desk={new Desk()} />, document.getElementById("app") as HTMLElement);
