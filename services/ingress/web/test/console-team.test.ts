import assert from "node:assert/strict";
import { test } from "node:test";
import { Team } from "../src/console/team.ts";
import type { Operator } from "../src/console/types.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const vera = (more: Partial<Operator> = {}) => ({ id: 1, name: "Vera", on_duty: true, load: 0, ...more }) as Operator;

/** Answers when it is told to, in whatever order. */
function slow() {
  const answers: ((answer: never) => void)[] = [];
  const ask = () => new Promise<never>((resolve) => answers.push(resolve));
  const team = new Team({ operators: ask, changeMe: ask, changeOperator: ask });
  return { team, answers, answer: (at: number, what: unknown) => answers[at]?.(what as never) };
}

test("a list that was asked for before somebody was told of is older", async () => {
  const { team, answer } = slow();
  const loaded = team.load();
  team.tell(vera({ load: 3 }));
  answer(0, [vera({ load: 1 }), vera({ id: 2 })]);
  await loaded;
  assert.deepEqual([team.all.get(1)?.load, team.all.size], [3, 2]);
});

test("of an answer that is older than the stream only what was changed is taken", async () => {
  const { team, answer } = slow();
  const changed = team.change(1, { on_duty: false });
  await turn();
  team.tell(vera({ load: 3 }));
  answer(0, vera({ on_duty: false, load: 1 }));
  assert.deepEqual(await changed, vera({ on_duty: false, load: 3 }));
});

test("changes are made one after the other, also after one that was refused", async () => {
  const { team, answers, answer } = slow();
  const refused = team.change(null, { on_duty: false }).catch(() => "refused");
  const second = team.change(null, { on_duty: true });
  await turn();
  assert.equal(answers.length, 1);
  answer(0, Promise.reject(new Error("no")));
  assert.equal(await refused, "refused");
  await turn();
  answer(1, vera());
  assert.equal((await second).on_duty, true);
});
