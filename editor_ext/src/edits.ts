import * as vscode from "vscode";
import {
  TextDocumentEdit,
  type ApplyWorkspaceEditParams,
  type ApplyWorkspaceEditResult,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol";
import type { LanguageClient } from "vscode-languageclient/node";

/** Carry out what the server wants edited. Edits that ask for a confirmation get the editor's own preview,
 * unless `agreed` says that the person has seen the change and agreed just now. */
export async function apply(
  client: LanguageClient,
  { edit }: ApplyWorkspaceEditParams,
  agreed: boolean,
): Promise<ApplyWorkspaceEditResult> {
  if (isOutdated(edit)) return { applied: false, failureReason: "the document has changed since" };
  const plain = agreed ? { ...edit, changeAnnotations: confirmed(edit) } : edit;
  return { applied: await vscode.workspace.applyEdit(await client.protocol2CodeConverter.asWorkspaceEdit(plain)) };
}

function confirmed(edit: WorkspaceEdit): NonNullable<WorkspaceEdit["changeAnnotations"]> {
  const all = Object.entries(edit.changeAnnotations ?? {});
  return Object.fromEntries(all.map(([id, annotation]) => [id, { ...annotation, needsConfirmation: false }]));
}

/** Was it made for another version of a document that is open? */
function isOutdated(edit: WorkspaceEdit): boolean {
  const versions = new Map(vscode.workspace.textDocuments.map((one) => [one.uri.toString(), one.version]));
  return (edit.documentChanges ?? []).filter(TextDocumentEdit.is).some(({ textDocument }) => {
    const known = versions.get(vscode.Uri.parse(textDocument.uri).toString());
    return textDocument.version !== null && known !== undefined && known !== textDocument.version;
  });
}
